import { answers, stop, untilReady } from '../processes.ts';
import { startProgram } from '../program.ts';
import type { Stack } from '../stack.ts';
import type { Part } from './part.ts';

export const worker: Part = {
  name: 'worker',
  ports: ['workerHealth', 'workerMetrics'],
  start: async (stack) => {
    await launchWorker(stack);
    await untilWorkerReady(stack);
  },
  // A worker finishes the activities it runs before it goes.
  stop: (stack) => stop(stack, 'worker', { graceMs: 30_000 }),
};

/**
 * What Node runs. Without the flag the young generation grows to 128 MiB while a campaign is sent, and is no faster.
 * As in `docker-compose.yml`.
 */
export const workerArguments: readonly string[] = ['--max-semi-space-size=16', 'src/bin/worker.ts'];

/** Starts a worker without waiting for it; `variables` are laid over the stack's. Returns its process id. */
export function launchWorker(stack: Stack, variables: Readonly<Record<string, string>> = {}): Promise<number> {
  return startProgram(stack, { name: 'worker', args: workerArguments, sources: ['src'], variables });
}

export async function untilWorkerReady(stack: Stack): Promise<void> {
  await untilReady(stack, 'worker', () => answers(`http://127.0.0.1:${stack.ports.workerHealth}/readyz`));
}
