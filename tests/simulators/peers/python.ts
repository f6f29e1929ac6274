import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The networks' own Python clients, or the ones that are used for them, as published on PyPI. */
export const pythonClients = {
  meta: 'facebook-business==26.0.3',
  x: 'tweepy==4.17.0',
  whatsapp: 'pywa==4.5.0',
  telegram: 'python-telegram-bot==22.8',
  google: 'google-api-python-client==2.202.0 google-auth-oauthlib==1.5.0',
} as const;

export type PythonClient = keyof typeof pythonClients;

const installTimeoutMs = 240_000;
const scriptTimeoutMs = 60_000;

/** The folder that holds a Python client; installed on first use, then kept among the downloads. */
export async function clientFolder(client: PythonClient): Promise<string> {
  const requirement = pythonClients[client];
  const folder = join('.cache', 'peers', requirement);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  await mkdir(join('.cache', 'peers'), { recursive: true });
  await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', partial, ...requirement.split(' ')], {
    timeout: installTimeoutMs,
  });
  try {
    await rename(partial, folder);
  } catch (error) {
    // Another test process was faster: either copy will do.
    if (!existsSync(folder)) throw error;
    await rm(partial, { recursive: true });
  }
  return folder;
}

/** Runs a Python script that has a client; what it prints as JSON. Fails with its error output. */
export async function runWithClient(
  client: PythonClient,
  script: string,
  variables: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const path = await clientFolder(client);
  const { stdout } = await run('python3', [script], {
    timeout: scriptTimeoutMs,
    env: { ...process.env, PYTHONPATH: path, ...variables },
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}
