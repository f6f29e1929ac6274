import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Complaint } from './complaint.ts';
import { ensureFolder, runTool } from './downloads.ts';
import { answers } from './processes.ts';
import type { Stack } from './stack.ts';
import { freePort } from './free-port.ts';

/** The last version for Java 17, which Keycloak needs as well. */
const version = '3.12.0';
const startsWithinMs = 60_000;

export interface S3Server {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/**
 * A server that speaks S3, with a folder of its own that goes when it stops: what the S3 store is tested against. It
 * checks no signatures; everything else of the protocol that the store uses is real.
 */
export async function startS3Server(stack: Stack): Promise<S3Server> {
  const folder = join(stack.cacheDir, 's3mock', version);
  await ensureFolder(folder, download);
  const root = mkdtempSync(join(tmpdir(), 'chorally-s3-'));
  const [port, securePort] = [await freePort(), await freePort()];
  const child = spawn(
    'java',
    [
      '-Xmx256m',
      '-XX:TieredStopAtLevel=1',
      `-Dcom.adobe.testing.s3mock.httpPort=${port}`,
      `-Dserver.port=${securePort}`,
      `-Dcom.adobe.testing.s3mock.domain.root=${root}`,
      '-jar',
      join(folder, 's3mock.jar'),
    ],
    { stdio: 'ignore' },
  );
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await ended(child);
    rmSync(root, { recursive: true, force: true });
  };
  try {
    await untilAnswers(endpoint, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, stop };
}

async function download(target: string): Promise<void> {
  await runTool(
    'mvn',
    [
      '--batch-mode',
      '--quiet',
      'dependency:copy',
      `-Dartifact=com.adobe.testing:s3mock:${version}:jar:exec`,
      `-DoutputDirectory=${target}`,
    ],
    { advice: 'The S3 server of the tests comes from Maven Central: check the network and run it again.', cwd: target },
  );
  const [jar] = readdirSync(target);
  renameSync(join(target, jar ?? ''), join(target, 's3mock.jar'));
}

async function untilAnswers(endpoint: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + startsWithinMs;
  while (!(await answers(endpoint))) {
    if (child.exitCode !== null) throw new Complaint(`The S3 server of the tests ended with ${child.exitCode}.`);
    if (Date.now() > deadline) throw new Complaint('The S3 server of the tests did not start.');
    await sleep(200);
  }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.kill('SIGKILL');
  });
}
