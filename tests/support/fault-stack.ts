import { Complaint } from '../../dev/complaint.ts';
import { api } from '../../dev/parts/api.ts';
import type { Part } from '../../dev/parts/part.ts';
import { postgres } from '../../dev/parts/postgres.ts';
import { temporal } from '../../dev/parts/temporal.ts';
import { worker, workerArguments } from '../../dev/parts/worker.ts';
import { answers, kill, runningPid, stop as stopProcess, untilReady } from '../../dev/processes.ts';
import { startProgram } from '../../dev/program.ts';
import { stackAt, testStack } from '../../dev/stack.ts';
import { eventually } from './fault-wait.ts';

/** The one stack that fault tests break and mend; another one than the test stack by the usual two variables. */
export const stack = stackAt(
  'test',
  Number(process.env['CHORALLY_PORT_BASE'] ?? testStack().ports.api),
  process.env['CHORALLY_RUN_DIR'] ?? testStack().runDir,
);

export type ProgramName = keyof typeof parts;

const parts = { api, worker, temporal, postgres } satisfies Record<string, Part>;

/** Starts a program and returns when it is healthy. */
export async function start(name: ProgramName): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await parts[name].start(stack);
    } catch (error) {
      // What a killed server leaves behind can make the first start of the next one end at once.
      if (!(error instanceof Complaint) || tries === maxStarts) throw error;
    }
  }
}

const maxStarts = 3;

/** Asks a program to end (SIGTERM; Postgres SIGINT) and returns when it has. */
export const stop = (name: ProgramName): Promise<void> => parts[name].stop(stack);

/** Kills a program as a power cut would (SIGKILL) and returns when it is gone. */
export async function destroy(name: ProgramName): Promise<void> {
  const pid = pidOf(name);
  await kill(stack, name);
  // A server that has ended but was not yet reaped still counts as running to the next one that wants its place.
  await eventually(`${name} reaped`, async () => (exists(pid) ? null : true), { withinMs: reapWithinMs });
}

const reapWithinMs = 20_000;

/** The process id of a program. Throws when it does not run. */
export function pidOf(name: string): number {
  const pid = runningPid(stack, name);
  if (pid === null) throw new Error(`${name} does not run`);
  return pid;
}

const frozen = new Set<number>();

/** Stops a program's time (SIGSTOP): it does nothing, answers nothing and keeps its connections. Returns how to end that. */
export function freeze(name: ProgramName): () => void {
  const pid = pidOf(name);
  process.kill(pid, 'SIGSTOP');
  frozen.add(pid);
  return () => thaw(pid);
}

const secondWorker = 'worker-2';

/** Starts another worker beside the stack's, for tests in which the first one is out of order. */
export async function startSecondWorker(): Promise<void> {
  const port = stack.ports.workerHealth + 5;
  await startProgram(stack, {
    name: secondWorker,
    args: workerArguments,
    sources: ['src'],
    variables: { WORKER_HEALTH_PORT: String(port) },
  });
  await untilReady(stack, secondWorker, () => answers(`http://127.0.0.1:${port}/readyz`));
}

/** Brings everything back up, whatever a test has left behind. */
export async function mend(): Promise<void> {
  for (const pid of frozen) thaw(pid);
  await stopProcess(stack, secondWorker);
  await Promise.all((['postgres', 'temporal'] as const).filter(isDown).map(start));
  await Promise.all((['api', 'worker'] as const).map(start));
}

const isDown = (name: ProgramName): boolean => runningPid(stack, name) === null;

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // no such process
  }
}

function thaw(pid: number): void {
  if (!frozen.delete(pid)) return;
  try {
    process.kill(pid, 'SIGCONT');
  } catch (error) {
    // Killed while it was frozen: nothing to thaw.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
