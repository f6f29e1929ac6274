import { runProgram } from './complaint.ts';
import { developmentStack, testStack } from './stack.ts';
import { wipeStack } from './wipe.ts';

/** Stops both stacks and removes what they stored. Downloads stay in `.cache`. */
await runProgram(async () => {
  for (const stack of [testStack(), developmentStack()]) await wipeStack(stack);
  console.log('Clean.');
});
