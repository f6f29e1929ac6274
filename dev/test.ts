import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { Complaint, runProgram } from './complaint.ts';
import { type Counts, countsFileVariable } from './count-reporter.ts';
import { projectDir, testStack } from './stack.ts';
import { startStack, stopStack } from './start.ts';
import { stackReadyVariable } from './test-stack.ts';
import { wipeStack } from './wipe.ts';

/**
 * Runs all tests against a fresh stack, or with the argument `faults` the long fault tests only. The last line says how
 * many passed and failed; the exit code is 0 only if none failed.
 */
await runProgram(async () => {
  const stack = testStack();
  // Outside the run folder, which is wiped.
  const countsFile = join(dirname(stack.runDir), 'test-counts.json');
  rmSync(countsFile, { force: true });
  await wipeStack(stack);
  let counts: Counts = { passed: 0, failed: 1 };
  try {
    console.log('Starting Postgres, Temporal, Keycloak, the simulators, the API and a worker for the tests:');
    await startStack(stack, (line) => console.log(`  ${line}`));
    const code = await runVitest(process.argv.includes('faults'), countsFile);
    counts = countsOf(countsFile, code);
  } catch (error) {
    console.log(error instanceof Complaint ? error.message : error);
  } finally {
    await stopStack(stack);
  }
  if (counts.failed > 0) process.exitCode = 1;
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
});

function runVitest(faultsOnly: boolean, countsFile: string): Promise<number> {
  const args = [
    join(projectDir, 'node_modules/vitest/vitest.mjs'),
    'run',
    ...(faultsOnly ? ['--project', 'faults'] : []),
  ];
  const child = spawn(process.execPath, args, {
    cwd: projectDir,
    stdio: 'inherit',
    env: {
      ...process.env,
      [countsFileVariable]: countsFile,
      [stackReadyVariable]: 'true',
      ...(faultsOnly ? { CHORALLY_FAULTS: 'long' } : {}),
    },
  });
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
}

/** A run that ended badly without a failing test still failed. */
function countsOf(file: string, code: number): Counts {
  const counts: Counts = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passed: 0, failed: 0 };
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}
