import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { runProgram } from './complaint.ts';
import { developmentStack, type Stack } from './stack.ts';
import { wipeStack } from './wipe.ts';

/** Stops the development stack and those of tests and benches, and removes what they stored. Downloads stay in `.cache`. */
await runProgram(async () => {
  const stack = developmentStack();
  for (const nested of stacksInside(stack)) await wipeStack(nested);
  await wipeStack(stack);
  console.log('Clean.');
});

/** Stacks whose run folder lies inside this one's. Stopping goes by recorded processes, so their ports do not matter. */
function stacksInside(stack: Stack): readonly Stack[] {
  if (!existsSync(stack.runDir)) return [];
  return readdirSync(stack.runDir)
    .map((name) => join(stack.runDir, name))
    .filter((folder) => existsSync(join(folder, 'processes')))
    .map((runDir) => ({ ...stack, runDir }));
}
