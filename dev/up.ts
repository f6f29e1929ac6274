import { runProgram } from './complaint.ts';
import { loadDotEnv } from './own-servers.ts';
import { startParts, startStack } from './start.ts';
import { developmentStack } from './stack.ts';

/** `node dev/up.ts` starts the whole system; `node dev/up.ts postgres temporal` starts these parts only. */
await runProgram(async () => {
  loadDotEnv();
  const stack = developmentStack();
  const startedAt = Date.now();
  const report = (line: string) => console.log(`  ${line}`);
  const names = process.argv.slice(2);
  if (names.length > 0) return startParts(stack, names, report);
  const { api, temporal, mail } = await startStack(stack, report);
  console.log(`Up after ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
  console.log(`  API ${api} (documentation at ${api}/docs)`);
  console.log(`  Temporal UI ${temporal.ui}`);
  console.log(`  Mail ${mail.web}`);
  console.log(`  Everything else, demo users included: ${stack.runDir}/environment.json`);
});
