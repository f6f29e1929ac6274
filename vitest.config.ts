import { defineConfig } from 'vitest/config';

import { CountReporter } from './dev/count-reporter.ts';
import { testStack } from './dev/stack.ts';

const stackSetup = ['dev/test-stack.ts'];

/** Layers that need the running test stack; the rest runs on bare Node. */
const layers = [
  { name: 'unit', stack: false, timeoutMs: 20_000 },
  { name: 'simulators', stack: false, timeoutMs: 30_000 },
  { name: 'replay', stack: false, timeoutMs: 60_000 },
  { name: 'db', stack: true, timeoutMs: 30_000 },
  { name: 'workflow', stack: true, timeoutMs: 60_000 },
  { name: 'api', stack: true, timeoutMs: 60_000 },
  { name: 'system', stack: true, timeoutMs: 180_000 },
  { name: 'faults', stack: true, timeoutMs: 300_000 },
] as const;

const pollTimeoutMs = 15_000;

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    passWithNoTests: true,
    reporters: ['default', new CountReporter()],
    projects: layers.map(({ name, stack, timeoutMs }) => ({
      test: {
        name,
        env: { CHORALLY_PORT_BASE: String(testStack().ports.api), CHORALLY_RUN_DIR: testStack().runDir },
        include: [`tests/${name}/**/*.test.ts`],
        pool: 'forks',
        testTimeout: timeoutMs,
        hookTimeout: timeoutMs,
        // The usual second is too short on a machine with much else to do.
        expect: { poll: { timeout: pollTimeoutMs } },
        globalSetup: stack ? stackSetup : [],
        // A fault test kills shared servers: nothing may run beside it.
        ...(name === 'faults' || name === 'system' ? { fileParallelism: false } : {}),
      },
    })),
  },
});
