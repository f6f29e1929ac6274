import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { expect, onTestFinished, test } from 'vitest';
import { type DutyKind, dutyKinds } from '../../src/domain/connection.ts';
import type { SliceResult } from '../../src/domain/slice.ts';
import type { slice } from '../../src/workflows/slice/workflow.ts';
import { expectReplay, keepHistory, workflowEnvironment } from '../support/workflow-environment.ts';

const minuteMs = 60_000;
const nothingDue: SliceResult = { worked: 0, failed: 0, nextDueAt: null };

test.each(dutyKinds)(
  'the process of every %s works off what is due, sleeps until something is, and does it again',
  async (kind) => {
    const { run, calls, reached } = await start(kind, () => ({ worked: 3, failed: 1, nextDueAt: null }));
    await reached(4);
    await run.terminate();
    expect(calls.every((call) => call.kind === kind)).toBe(true);
    await keepHistory(run, `slice-${kind}`);
    await expectReplay(run);
  },
);

test('it sleeps until the next duty is due, and a minute at most', async () => {
  const { run, reached } = await start('probe', (n) =>
    n === 0 ? { ...nothingDue, nextDueAt: 'in 20 s' } : nothingDue,
  );
  await reached(3);
  const timers = await timersOf(run);
  expect(timers[0]).toBeGreaterThan(19_000);
  expect(timers[0]).toBeLessThanOrEqual(20_000);
  expect(timers[1]).toBe(minuteMs);
});

test('a slice that fails is begun again, by whichever worker there is', async () => {
  const { calls, reached } = await start('refresh', (n) => {
    if (n === 1) throw new Error('Postgres is away');
    return nothingDue;
  });
  await reached(4);
  expect(calls.map(({ attempt }) => attempt).slice(0, 3)).toEqual([1, 1, 2]);
});

test('its history begins anew when it has grown large, and the work goes on', async () => {
  // A server suggests it at 4 MB or 4,096 events; a megabyte a slice is the shorter way there.
  const ballast = 'x'.repeat(1_000_000);
  const { run, client, reached } = await start('watch', () => ({ ...nothingDue, ballast }));
  const first = (await run.describe()).runId;
  await reached(10);
  const later = await client.workflow.getHandle(run.workflowId).describe();
  expect(later.status.name).toBe('RUNNING');
  expect(later.runId).not.toBe(first);
});

interface Call {
  readonly kind: DutyKind;
  readonly attempt: number;
}

type Scripted = Omit<SliceResult, 'nextDueAt'> & {
  readonly nextDueAt: number | null | 'in 20 s';
  readonly ballast?: string;
};

/** A slice's process whose slices end as the script says, by their number. Time in between is skipped. */
async function start(kind: DutyKind, script: (n: number) => Scripted) {
  const calls: Call[] = [];
  const work = (called: DutyKind) => async (): Promise<SliceResult> => {
    const { attempt, currentAttemptScheduledTimestampMs: now } = activityInfo();
    calls.push({ kind: called, attempt });
    const result = script(calls.length - 1);
    return { ...result, nextDueAt: result.nextDueAt === 'in 20 s' ? now + 20_000 : result.nextDueAt };
  };
  const activities = { refreshDue: work('refresh'), probeDue: work('probe'), watchDue: work('watch') };
  const { client, taskQueue } = await workflowEnvironment(activities);
  const run: WorkflowHandle<typeof slice> = await client.workflow.start<typeof slice>('slice', {
    taskQueue,
    workflowId: `system/${kind}/test-${randomUUID()}`,
    args: [{ v: 1, kind, n: 0 }],
  });
  onTestFinished(() =>
    run
      .terminate()
      .catch(() => undefined)
      .then(() => undefined),
  );
  const reached = async (count: number): Promise<void> => {
    while (calls.length < count) await pause(20);
  };
  return { run: client.workflow.getHandle(run.workflowId), client, calls, reached };
}

async function timersOf(run: WorkflowHandle): Promise<readonly number[]> {
  const { events } = await run.fetchHistory();
  return (events ?? []).flatMap(({ timerStartedEventAttributes: timer }) =>
    timer?.startToFireTimeout ? [tsToMs(timer.startToFireTimeout)] : [],
  );
}
