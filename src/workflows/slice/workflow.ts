import { continueAsNew, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { SliceActivities } from '../../activities/slice.ts';
import type { DutyKind } from '../../domain/connection.ts';
import { sleepAfter, type SliceInput } from '../../domain/slice.ts';
import { slice as sliceOptions } from '../activity-options.ts';
import { queueBeside } from '../task-queues.ts';

/** Works off, for ever, what is due for connections: new tokens, looks whether they work, renewed subscriptions. */
export async function slice(input: SliceInput): Promise<never> {
  const { refreshDue, probeDue, watchDue } = proxyActivities<SliceActivities>({
    ...sliceOptions,
    taskQueue: queueBeside('slice'),
  });
  const work = { refresh: refreshDue, probe: probeDue, watch: watchDue }[input.kind];
  for (;;) {
    const done = await work.executeWithOptions({ summary: summaries[input.kind] }, []);
    if (workflowInfo().continueAsNewSuggested) return continueAsNew<typeof slice>(input);
    const restMs = sleepAfter(done, Date.now());
    await sleep(restMs, { summary: `${done.worked} done, ${done.failed} of them in vain` });
  }
}

const summaries: Readonly<Record<DutyKind, string>> = {
  refresh: 'Renew the tokens that are due',
  probe: 'Look at the pages that are due',
  watch: 'Renew the subscriptions that are due',
};
