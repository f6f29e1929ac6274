import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { dutyKinds } from '../domain/connection.ts';
import { sliceWorkflowId } from '../domain/slice.ts';
import { searchAttributes } from '../workflows/search-attributes.ts';
import type { slice } from '../workflows/slice/workflow.ts';
import type { RelayDependencies } from './relay.ts';

/** How long after Temporal could not be reached it is tried again. */
const againMs = 5_000;

/**
 * Sees to it that the endless processes run which work off what is due for connections. One that runs goes on; one that
 * an operator has ended begins anew. Tries until Temporal can be reached.
 */
export function startSlices(
  { client, taskQueue, log }: Pick<RelayDependencies, 'client' | 'taskQueue' | 'log'>,
  { perDuty }: { perDuty: number },
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const starting = start();
  return {
    async stop() {
      stopping.abort();
      await starting;
    },
  };

  async function start(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await startAll(client, { taskQueue, perDuty });
        return;
      } catch (error) {
        log.warn({ err: error }, 'the slices could not be started yet; it is tried again');
        await sleep(againMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }
}

async function startAll(client: Client, { taskQueue, perDuty }: { taskQueue: string; perDuty: number }): Promise<void> {
  for (const kind of dutyKinds) {
    for (let n = 0; n < perDuty; n += 1) {
      await client.workflow.start<typeof slice>('slice', {
        workflowId: sliceWorkflowId(kind, n),
        taskQueue,
        args: [{ v: 1, kind, n }],
        workflowIdConflictPolicy: 'USE_EXISTING',
        staticSummary: `Works off what is due: ${kind}`,
        // Behind whatever a person or a slot waits for.
        priority: { priorityKey: 4 },
        typedSearchAttributes: [{ key: searchAttributes.subject, value: `slice/${kind}` }],
      });
    }
  }
}
