import { rmSync } from 'node:fs';

import { outsideDir } from './parts/postgres-home.ts';
import { stopStack } from './start.ts';
import type { Stack } from './stack.ts';

/** Stops a stack and removes everything it stored. */
export async function wipeStack(stack: Stack): Promise<void> {
  await stopStack(stack);
  for (const dir of [stack.runDir, outsideDir(stack)]) rmSync(dir, { recursive: true, force: true });
}
