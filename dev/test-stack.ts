import type { TestProject } from 'vitest/node';

import { testStack } from './stack.ts';
import { startParts, startStack } from './start.ts';

/** Set by `make test`, which has started the stack itself. */
export const stackReadyVariable = 'CHORALLY_TEST_STACK_READY';

/** What a layer needs to be up; layers that are not named need the whole system. */
const partsOfLayer: Readonly<Record<string, readonly string[]>> = {
  db: ['postgres', 'database'],
  workflow: ['postgres', 'database', 'temporal'],
};

/** Vitest's global set-up for the layers that use the real servers: what they need is up before their first test. */
export async function setup(project: TestProject): Promise<void> {
  if (process.env[stackReadyVariable] === 'true') return;
  const parts = partsOfLayer[project.name];
  const report = () => undefined;
  if (parts === undefined) await startStack(testStack(), report);
  else await startParts(testStack(), parts, report);
}
