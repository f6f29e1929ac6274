import { workflowInfo } from '@temporalio/workflow';

/**
 * A queue beside the one that this workflow runs on: `core` → `publish`, and in a test that runs on `t1-core`,
 * `t1-publish`, so that tests never take each other's work.
 */
export function queueBeside(name: 'publish' | 'slice' | 'campaign'): string {
  return workflowInfo().taskQueue.replace(/core$/, name);
}
