import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { ApprovalId, ContentHash, TenantId, UserId } from '../../src/domain/ids.ts';
import { approvalWorkflowId } from '../../src/domain/approval.ts';
import { decide } from '../../src/workflows/approval/messages.ts';
import type { approval } from '../../src/workflows/approval/workflow.ts';
import { cancel, postWorkflowId, publishNow, reschedule } from '../../src/workflows/post/messages.ts';
import type { post } from '../../src/workflows/post/workflow.ts';
import { elena, marco, oneStepApproval, postInput, scripted } from '../support/publication-script.ts';
import { workflowEnvironment } from '../support/workflow-environment.ts';

test('a vote that cannot count leaves no trace in the history', async () => {
  const { client, taskQueue } = await workflowEnvironment(scripted({}).activities);
  const tenantId = randomUUID() as TenantId;
  const opened = { ...oneStepApproval(), approvalId: randomUUID() as ApprovalId };
  const run = await client.workflow.start<typeof approval>('approval', {
    taskQueue,
    workflowId: approvalWorkflowId(tenantId, opened.approvalId),
    args: [{ v: 1, tenantId, ...opened }],
  });
  const vote = { verdict: 'approve', contentHash: opened.contentHash, commentId: null } as const;
  await expect(run.executeUpdate(decide, { args: [{ ...vote, by: 'paola' as UserId }] })).rejects.toThrow();
  await expect(run.executeUpdate(decide, { args: [{ ...vote, by: elena }] })).rejects.toThrow();
  const other = { ...vote, by: marco, contentHash: 'f'.repeat(64) as ContentHash };
  await expect(run.executeUpdate(decide, { args: [other] })).rejects.toThrow();
  expect(await updatesIn(run)).toBe(0);
  await run.terminate();
});

test('a command that comes at the wrong time leaves no trace in the history', async () => {
  const { activities } = scripted({});
  const { client, taskQueue } = await workflowEnvironment(activities);
  const input = postInput({ approval: oneStepApproval() });
  const run = await client.workflow.start<typeof post>('post', {
    taskQueue,
    workflowId: postWorkflowId(input.tenantId, input.postId, input.run),
    args: [input],
  });
  const past = { slot: Date.now() - 60_000, by: elena };
  await expect(run.executeUpdate(publishNow, { args: [{ by: elena }] })).rejects.toThrow();
  await expect(run.executeUpdate(reschedule, { args: [past] })).rejects.toThrow();
  expect(await updatesIn(run)).toBe(0);
  await run.executeUpdate(cancel, { args: [{ by: elena }] });
  expect(await updatesIn(run)).toBe(1);
  expect(await run.result()).toBe('cancelled');
});

async function updatesIn(run: WorkflowHandle): Promise<number> {
  const { events } = await run.fetchHistory();
  return (events ?? []).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes).length;
}
