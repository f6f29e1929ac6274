import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { type SignalDefinition, WorkflowNotFoundError } from '@temporalio/common';
import type { OutboxRow } from '../db/outbox.ts';
import { networkNames } from '../domain/network.ts';
import type { PostInput } from '../domain/post.ts';
import { approversChanged } from '../workflows/approval/messages.ts';
import { connectionRepaired } from '../workflows/post/messages.ts';
import type { post } from '../workflows/post/workflow.ts';
import { searchAttributes } from '../workflows/search-attributes.ts';

/**
 * Brings one message to Temporal. Repeatable: a run that has started, or has ended since, is success; a signal carries
 * its outbox id, by which the workflow drops a second delivery.
 */
export async function deliver(
  client: Client,
  { taskQueue }: { taskQueue: string },
  { id, workflow_id: workflowId, message }: OutboxRow,
): Promise<void> {
  switch (message.kind) {
    case 'start_post':
      await startPost(client, { workflowId, taskQueue, input: message.input });
      return;
    case 'connection_repaired': {
      const { connectionId } = message;
      await signal(client, workflowId, connectionRepaired, { connectionId, outboxId: id });
      return;
    }
    case 'approvers_changed':
      await signal(client, workflowId, approversChanged, { outboxId: id });
  }
}

/** A process that has ended needs to hear nothing; one that has not begun reads the rows when it does. */
async function signal<Fact>(
  client: Client,
  workflowId: string,
  definition: SignalDefinition<[Fact]>,
  fact: Fact,
): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).signal(definition, fact);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

async function startPost(
  client: Client,
  { workflowId, taskQueue, input }: { workflowId: string; taskQueue: string; input: PostInput },
): Promise<void> {
  try {
    await client.workflow.start<typeof post>('post', {
      workflowId,
      taskQueue,
      args: [input],
      // USE_EXISTING covers a running run, REJECT_DUPLICATE one that has closed.
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: summaryOf(input),
      priority: { priorityKey: 2, fairnessKey: input.tenantId },
      typedSearchAttributes: [
        { key: searchAttributes.tenantId, value: input.tenantId },
        { key: searchAttributes.subject, value: `post/${input.postId}` },
        { key: searchAttributes.phase, value: input.approval === null ? 'approved' : 'in_review' },
        ...(input.scheduledAt === null
          ? []
          : [{ key: searchAttributes.dueAt, value: new Date(input.scheduledAt) } as const]),
      ],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

function summaryOf({ targets, approval, scheduledAt }: PostInput): string {
  const names = [...new Set(targets.map(({ network }) => networkNames[network]))].join(', ');
  const review = approval === null ? 'no approval' : `${approval.steps.length}-step approval`;
  return `Post for ${names}, ${review}, ${scheduledAt === null ? 'no slot yet' : new Date(scheduledAt).toISOString()}`;
}
