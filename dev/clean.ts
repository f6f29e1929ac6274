import { rmSync } from 'node:fs';

import { runProgram } from './complaint.ts';
import { outsideDir } from './parts/postgres-home.ts';
import { developmentStack, type Stack, testStack } from './stack.ts';
import { stopStack } from './start.ts';

/** Stops both stacks and removes what they stored. Downloads stay in `.cache`. */
await runProgram(async () => {
  for (const stack of [testStack(), developmentStack()]) await wipe(stack);
  console.log('Clean.');
});

async function wipe(stack: Stack): Promise<void> {
  await stopStack(stack);
  for (const dir of [stack.runDir, outsideDir(stack)]) rmSync(dir, { recursive: true, force: true });
}
