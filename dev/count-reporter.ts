import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

export type Counts = { passed: number; failed: number };

/** Where the counts are left for `make test`, whose last line they are. */
export const countsFileVariable = 'CHORALLY_TEST_COUNTS';

/**
 * Counts tests over all layers. A file that cannot be loaded, a failing set-up outside a test, an error that no test
 * caught and a skipped test each count as a failure: none of them was shown to work.
 */
export class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts: Counts = { passed: 0, failed: unhandledErrors.length };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      const broken =
        module.errors().length + [...module.children.allSuites()].flatMap((suite) => suite.errors()).length;
      counts.failed += broken;
      for (const test of tests) counts[test.result().state === 'passed' ? 'passed' : 'failed'] += 1;
    }
    const file = process.env[countsFileVariable];
    if (file === undefined) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(counts));
  }
}
