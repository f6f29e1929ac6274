import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { OutboxRow } from '../db/outbox.ts';
import type { ProcessMessage } from '../db/process-message.ts';
import type { ApprovalInput } from '../domain/approval.ts';
import type { CampaignInput } from '../domain/campaign.ts';
import type { ConnectionInput } from '../domain/connection.ts';
import type { ContactImportInput } from '../domain/contact-mapping.ts';
import type { CampaignId } from '../domain/ids.ts';
import { networkNames } from '../domain/network.ts';
import type { PostInput } from '../domain/post.ts';
import { approversChanged, contentChanged, withdrawApproval } from '../workflows/approval/messages.ts';
import type { approval } from '../workflows/approval/workflow.ts';
import { campaignChanged } from '../workflows/campaign/messages.ts';
import { connectionChanged } from '../workflows/connection/messages.ts';
import type { connection } from '../workflows/connection/workflow.ts';
import type { contactImport } from '../workflows/contact-import/workflow.ts';
import { connectionRepaired, held, released } from '../workflows/post/messages.ts';
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
  if (message.kind === 'start_post') return startPost(client, { workflowId, taskQueue, input: message.input });
  if (message.kind === 'start_approval') return startApproval(client, { workflowId, taskQueue, ...message });
  if (message.kind === 'start_contact_import') {
    return startContactImport(client, { workflowId, taskQueue, input: message.input });
  }
  if (message.kind === 'connection_changed') {
    return wakeConnection(client, { workflowId, taskQueue, input: message.input, outboxId: id });
  }
  if (message.kind === 'campaign_changed') {
    return wakeCampaign(client, { workflowId, taskQueue, input: message.input, outboxId: id });
  }
  try {
    await signal(client.workflow.getHandle(workflowId), message, id);
  } catch (error) {
    // A process that has ended needs to hear nothing; one that has not begun reads the rows when it does.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

function signal(
  process: WorkflowHandle,
  message: Exclude<
    ProcessMessage,
    { kind: 'start_post' | 'start_contact_import' | 'start_approval' | 'connection_changed' | 'campaign_changed' }
  >,
  outboxId: string,
): Promise<void> {
  switch (message.kind) {
    case 'connection_repaired': {
      const { kind: _, ...repair } = message;
      return process.signal(connectionRepaired, { ...repair, outboxId });
    }
    case 'hold':
      return process.signal(held, { hold: message.hold, outboxId });
    case 'release': {
      const { hold, passed, slot } = message;
      return process.signal(released, { hold, passed, slot, outboxId });
    }
    case 'approvers_changed':
      return process.signal(approversChanged, { outboxId });
    case 'content_changed': {
      const { contentHash, authors } = message;
      return process.signal(contentChanged, { revisionId: null, contentHash, authors, outboxId });
    }
    case 'withdraw_approval':
      return process.signal(withdrawApproval, { by: message.by });
  }
}

/** A connection's process runs as long as the connection: whoever speaks to it first starts it. */
async function wakeConnection(
  client: Client,
  {
    workflowId,
    taskQueue,
    input,
    outboxId,
  }: { workflowId: string; taskQueue: string; input: ConnectionInput; outboxId: string },
): Promise<void> {
  await client.workflow.signalWithStart<typeof connection, [{ readonly outboxId: string }]>('connection', {
    workflowId,
    taskQueue,
    args: [input],
    signal: connectionChanged,
    signalArgs: [{ outboxId }],
    staticSummary: `Connection on ${networkNames[input.network]}`,
    priority: { priorityKey: 3, fairnessKey: input.tenantId },
    typedSearchAttributes: [
      { key: searchAttributes.tenantId, value: input.tenantId },
      { key: searchAttributes.subject, value: `connection/${input.connectionId}` },
      { key: searchAttributes.connectionId, value: input.connectionId },
    ],
  });
}

/** A campaign's process runs from its schedule to its end; one that has ended needs to hear nothing. */
async function wakeCampaign(
  client: Client,
  {
    workflowId,
    taskQueue,
    input,
    outboxId,
  }: { workflowId: string; taskQueue: string; input: CampaignInput; outboxId: string },
): Promise<void> {
  await client.workflow.signalWithStart('campaign', {
    workflowId,
    taskQueue,
    args: [input],
    signal: campaignChanged,
    signalArgs: [{ outboxId }],
    staticSummary: 'WhatsApp campaign',
    priority: { priorityKey: 3, fairnessKey: input.tenantId },
    typedSearchAttributes: [
      { key: searchAttributes.tenantId, value: input.tenantId },
      { key: searchAttributes.subject, value: `campaign/${input.campaignId}` },
    ],
  });
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

async function startApproval(
  client: Client,
  {
    workflowId,
    taskQueue,
    campaignId,
    input,
  }: { workflowId: string; taskQueue: string; campaignId: CampaignId; input: ApprovalInput },
): Promise<void> {
  try {
    await client.workflow.start<typeof approval>('approval', {
      workflowId,
      taskQueue,
      args: [input],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: `Approval of a campaign: ${input.steps.length} step${input.steps.length === 1 ? '' : 's'}`,
      priority: { priorityKey: 2, fairnessKey: input.tenantId },
      typedSearchAttributes: [
        { key: searchAttributes.tenantId, value: input.tenantId },
        { key: searchAttributes.subject, value: `campaign/${campaignId}` },
        { key: searchAttributes.phase, value: 'open' },
      ],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

async function startContactImport(
  client: Client,
  { workflowId, taskQueue, input }: { workflowId: string; taskQueue: string; input: ContactImportInput },
): Promise<void> {
  try {
    await client.workflow.start<typeof contactImport>('contactImport', {
      workflowId,
      taskQueue,
      args: [input],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: 'Contacts from a file',
      priority: { priorityKey: 4, fairnessKey: input.tenantId },
      typedSearchAttributes: [
        { key: searchAttributes.tenantId, value: input.tenantId },
        { key: searchAttributes.subject, value: `contact_import/${input.importId}` },
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
