import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { postWorkflowId } from '../../src/workflows/post/messages.ts';
import type { post } from '../../src/workflows/post/workflow.ts';
import { postInput, scripted, target } from '../support/publication-script.ts';
import { workflowEnvironment } from '../support/workflow-environment.ts';

test('a publish call that breaks is never handed out again: it is fenced, and what goes out next is another attempt', async () => {
  const { activities, journal } = scripted({});
  const { publishTarget, fenceAttempt } = activities;
  const fenced: number[] = [];
  const input = postInput({ targets: [target('facebook')], scheduledAt: Date.now() + 3_600_000 });
  const { client, taskQueue } = await workflowEnvironment({
    ...activities,
    publishTarget: async (asked: Parameters<typeof publishTarget>[0]) => {
      const result = await publishTarget(asked);
      if (asked.n === 1) throw ApplicationFailure.retryable('the worker broke', 'broken');
      return result;
    },
    fenceAttempt: (asked: Parameters<typeof fenceAttempt>[0]) => {
      fenced.push(asked.n);
      return fenceAttempt(asked);
    },
  });
  const run = await client.workflow.start<typeof post>('post', {
    taskQueue,
    workflowId: postWorkflowId(input.tenantId, input.postId, input.run),
    args: [input],
  });
  expect(await run.result()).toBe('published');
  expect(journal.attempts.map(({ n }) => n)).toEqual([1, 2]);
  expect(fenced).toEqual([1]);
});
