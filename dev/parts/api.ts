import { answers, stop, untilReady } from '../processes.ts';
import { startProgram } from '../program.ts';
import type { Stack } from '../stack.ts';
import type { Part } from './part.ts';

export const api: Part = {
  name: 'api',
  ports: ['api'],
  start: async (stack) => {
    await launchApi(stack);
    await untilApiReady(stack);
  },
  stop: (stack) => stop(stack, 'api'),
};

/** Starts the API without waiting for it; `variables` are laid over the stack's. Returns its process id. */
export function launchApi(stack: Stack, variables: Readonly<Record<string, string>> = {}): Promise<number> {
  return startProgram(stack, { name: 'api', args: ['src/bin/api.ts'], sources: ['src'], variables });
}

export async function untilApiReady(stack: Stack): Promise<void> {
  await untilReady(stack, 'api', () => answers(`http://127.0.0.1:${stack.ports.api}/readyz`));
}
