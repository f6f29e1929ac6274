import { runProgram } from './complaint.ts';
import { developmentStack } from './stack.ts';
import { stopStack } from './start.ts';

await runProgram(async () => {
  await stopStack(developmentStack());
  console.log('Down.');
});
