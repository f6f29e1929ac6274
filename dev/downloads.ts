import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

import { Complaint } from './complaint.ts';

/**
 * Makes `target` with `make`, which fills a folder beside it that is renamed only when everything worked: a download
 * that was interrupted is never taken for a finished one. Does nothing when it is there.
 */
export async function ensureFolder(target: string, make: (folder: string) => Promise<void>): Promise<void> {
  if (existsSync(target)) return;
  const unfinished = `${target}.unfinished-${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    await make(unfinished);
    mkdirSync(dirname(target), { recursive: true });
    if (!existsSync(target)) renameSync(unfinished, target);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

type ToolOptions = Readonly<{
  advice: string;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  user?: Readonly<{ uid: number; gid: number }>;
}>;

/** Runs a command to its end. Throws a complaint with what it said when it fails; `advice` tells what to do then. */
export async function runTool(
  command: string,
  args: readonly string[],
  { advice, env, cwd, user }: ToolOptions,
): Promise<void> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: env ?? process.env,
    ...(cwd === undefined ? {} : { cwd }),
    ...user,
  });
  const said: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const code = await new Promise<number | string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (status) => resolve(status ?? 'a signal'));
  });
  if (code === 0) return;
  const lines = said.join('').trimEnd().split('\n');
  const end = lines
    .filter((line) => !/^\s+at /.test(line))
    .slice(-8)
    .join('\n');
  throw new Complaint(`\`${command} ${args[0] ?? ''}\` ended with ${code}. ${advice}\n${end}`);
}
