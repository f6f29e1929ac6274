import type { Stack } from '../../dev/stack.ts';
import type { HistoryEvent } from './history.ts';

/**
 * What Temporal bills for, by history event (https://docs.temporal.io/cloud/actions, read in November 2026):
 * a workflow start 1; a child's start 2, noted in the parent, and nothing for the child's own first event; an activity 1
 * and each retry 1; a timer 1; a signal 1; an update 1, accepted or rejected; an upsert of search attributes 1, whatever
 * it carries. Heartbeats that reach the server count 1 each, but histories do not show them: see `meteredActions`.
 */
export function billedActions(
  events: readonly HistoryEvent[],
  { isChild }: { isChild: boolean },
): Record<string, number> {
  const counts: Record<string, number> = {};
  const add = (kind: string, count: number): void => {
    if (count > 0) counts[kind] = (counts[kind] ?? 0) + count;
  };
  for (const { type, attempt } of events) {
    if (type === 'WORKFLOW_EXECUTION_STARTED' && !isChild) add('workflow starts', 1);
    if (type === 'ACTIVITY_TASK_STARTED') add('activity retries', (attempt ?? 1) - 1);
    const billed = billedTypes[type];
    if (billed !== undefined) add(...billed);
  }
  return counts;
}

const billedTypes: Readonly<Record<string, readonly [kind: string, actions: number]>> = {
  START_CHILD_WORKFLOW_EXECUTION_INITIATED: ['child starts', 2],
  ACTIVITY_TASK_SCHEDULED: ['activities', 1],
  TIMER_STARTED: ['timers', 1],
  WORKFLOW_EXECUTION_SIGNALED: ['signals', 1],
  WORKFLOW_EXECUTION_UPDATE_ACCEPTED: ['updates', 1],
  UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: ['search attribute upserts', 1],
};

/** The server's own meter: actions since its start, by kind. Includes heartbeats, which histories do not show. */
export async function meteredActions({ ports }: Stack): Promise<Record<string, number>> {
  const response = await fetch(`http://127.0.0.1:${ports.temporalMetrics}/metrics`);
  const counts: Record<string, number> = {};
  for (const line of (await response.text()).split('\n')) {
    const [, kind, count] = /^action\{action_type="([^"]+)",.*namespace="chorally".*\} (\d+)$/.exec(line) ?? [];
    if (kind !== undefined) counts[kind] = (counts[kind] ?? 0) + Number(count);
  }
  return counts;
}

/** What was added between two readings, without the kinds that stayed the same. */
export function difference(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> {
  const added = Object.entries(after).map(([kind, count]) => [kind, count - (before[kind] ?? 0)] as const);
  return Object.fromEntries(added.filter(([, count]) => count !== 0));
}
