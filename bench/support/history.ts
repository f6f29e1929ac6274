import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { z } from 'zod';

/** As much of a history event as counting needs. `type` is as the documentation spells it: `TIMER_STARTED`. */
export type HistoryEvent = Readonly<{ type: string; attempt: number | null }>;

const history = z.object({
  events: z.array(
    z.object({
      eventType: z.string(),
      activityTaskStartedEventAttributes: z.object({ attempt: z.number().optional() }).optional(),
    }),
  ),
});

export async function eventsOf(client: Client, workflowId: string): Promise<readonly HistoryEvent[]> {
  const recorded = historyToJSON(await client.workflow.getHandle(workflowId).fetchHistory());
  const { events } = history.parse(JSON.parse(recorded));
  return events.map(({ eventType, activityTaskStartedEventAttributes: started }) => ({
    type: eventType.replace('EVENT_TYPE_', ''),
    attempt: started?.attempt ?? null,
  }));
}

export function countByType(events: readonly HistoryEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}
