import { readdirSync, readFileSync } from 'node:fs';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { workflowBundle } from '../support/workflow-environment.ts';

const folder = new URL('../../temporal/histories/', import.meta.url);
const saved = readdirSync(folder).filter((name) => name.endsWith('.json'));

test('every process has saved histories', () => {
  expect(new Set(saved.map((name) => name.split('-')[0]))).toEqual(
    new Set(['approval', 'campaign', 'connection', 'contactImport', 'post', 'slice']),
  );
});

test.each(saved)('today’s code replays %s', async (name) => {
  await replay(read(name));
});

test('a history that today’s code would not have written is refused', async () => {
  const history = read('post-published.json');
  const scheduled = history.events.find(({ activityTaskScheduledEventAttributes: task }) => task !== undefined);
  if (scheduled?.activityTaskScheduledEventAttributes === undefined) throw new Error('the history has no activity');
  scheduled.activityTaskScheduledEventAttributes.activityType = { name: 'somethingElse' };
  await expect(replay(history)).rejects.toThrow(DeterminismViolationError);
});

interface SavedHistory {
  readonly events: { activityTaskScheduledEventAttributes?: { activityType: { name: string } } }[];
}

function read(name: string): SavedHistory {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as SavedHistory;
}

async function replay(history: SavedHistory): Promise<void> {
  await Worker.runReplayHistory(
    { workflowBundle: await workflowBundle(), replayName: 'saved' },
    historyFromJSON(history),
  );
}
