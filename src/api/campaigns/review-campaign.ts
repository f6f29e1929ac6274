import { insertApproval } from '../../db/approval-opening.ts';
import { selectCampaignAuthors } from '../../db/campaign-author.ts';
import { enqueue } from '../../db/outbox.ts';
import { approvalWorkflowId } from '../../domain/approval.ts';
import { takeStep } from '../../domain/campaign.ts';
import type { ApprovalId } from '../../domain/ids.ts';
import type { RequiredApproval } from '../../domain/policy.ts';
import { newId } from '../../platform/new-id.ts';
import { requiredOfCampaigns, requireFulfillable } from '../approvals/required-approval.ts';
import { refuseCommon } from '../common-problems.ts';
import { defineRoute } from '../define-route.ts';
import type { Caller } from '../route-context.ts';
import { scheduleProblems, stateProblems, submitProblems } from './campaign-problems.ts';
import { campaignParams } from './campaign-schemas.ts';
import { campaignView } from './campaign-view.ts';
import type { WholeCampaign } from './present-campaign.ts';
import { recordCampaign } from './record-campaign.ts';
import { lockWhole, requireSendable, requireState, type StepContext, takeStepFor } from './take-step.ts';

const tag = 'Campaigns';
const common = { params: campaignParams } as const;
const answerOf = (description: string) =>
  ({ status: 200, schema: campaignView, description, headers: { etag: 'Its version.' } }) as const;

export const submitCampaign = defineRoute({
  ...common,
  method: 'post',
  path: '/v1/campaigns/{campaignId}/submit',
  tag,
  summary: 'Submit a campaign',
  description:
    'Where the tenant has chosen an approval policy for campaigns (`PUT /v1/approval-policies/campaigns`) the campaign is `in_review`, and its approvers may vote; nothing is sent before the last step has passed. Where it has not, the caller needs `campaign.send`, and the campaign is `scheduled`. What stands in the way of sending is told now.',
  permission: 'campaign.write',
  answer: answerOf('In review, or scheduled.'),
  refusals: submitProblems,
  audit: 'campaign.submitted',
  handle: async (ctx) => {
    const whole = await lockWhole(ctx);
    requireState(ctx, takeStep(whole.campaign.state, { kind: 'submit' }));
    requireSendable(ctx, whole.violations);
    const required = await requiredOfCampaigns(ctx.trx);
    const { contentHash } = whole;
    const set = { contentHash, submittedBy: ctx.caller.userId };
    if (required === null) {
      requireSend(ctx.caller);
      await recordCampaign(ctx, 'campaign.submitted', whole.campaign.id, { contentHash });
      return takeStepFor(ctx, { step: { kind: 'schedule' }, set, data: { contentHash } });
    }
    const approvalId = await openApproval(ctx, whole, required);
    return takeStepFor(ctx, { step: { kind: 'submit' }, set, data: { contentHash, approvalId } });
  },
});

export const withdrawCampaign = defineRoute({
  ...common,
  method: 'post',
  path: '/v1/campaigns/{campaignId}/withdraw',
  tag,
  summary: 'Take a campaign back to draft',
  description:
    'From review, or from the schedule as long as it has not begun. What was approved of it counts no more: submitted again, it passes every step again.',
  permission: 'campaign.write',
  answer: answerOf('A draft.'),
  refusals: stateProblems,
  audit: 'campaign.withdrawn',
  handle: (ctx) => takeStepFor(ctx, { step: { kind: 'withdraw' } }),
});

export const scheduleCampaign = defineRoute({
  ...common,
  method: 'post',
  path: '/v1/campaigns/{campaignId}/schedule',
  tag,
  summary: 'Schedule a draft without approval',
  description: 'Only where the tenant has chosen no approval policy for campaigns.',
  permission: 'campaign.send',
  answer: answerOf('Scheduled.'),
  refusals: scheduleProblems,
  audit: 'campaign.scheduled',
  handle: async (ctx) => {
    const { violations, contentHash, campaign } = await lockWhole(ctx);
    requireState(ctx, takeStep(campaign.state, { kind: 'schedule' }));
    if ((await requiredOfCampaigns(ctx.trx)) !== null) throw ctx.refuse('approval_required');
    requireSendable(ctx, violations);
    return takeStepFor(ctx, { step: { kind: 'schedule' }, set: { contentHash }, data: { contentHash } });
  },
});

/** Throws 403 unless the caller may send. */
function requireSend({ permissions }: Caller): void {
  const permission = 'campaign.send';
  if (permissions.has(permission)) return;
  throw refuseCommon('missing_permission', {
    detail: `No approval policy applies to campaigns, so this needs the permission ${permission}.`,
    extensions: { permission },
  });
}

/** Puts a campaign before its approvers: the rows, and the start of the process. Throws 422 if nobody could approve it. */
async function openApproval(
  ctx: StepContext<unknown, 'policy_unfulfillable'>,
  { campaign, contentHash }: WholeCampaign,
  required: RequiredApproval,
): Promise<ApprovalId> {
  const { trx, caller, now } = ctx;
  const { tenantId, userId } = caller;
  const authors = [...new Set([...(await selectCampaignAuthors(trx, campaign)), userId])].toSorted();
  requireFulfillable(ctx, required, authors);
  const approvalId = newId<ApprovalId>();
  const { steps, authorsMayVote } = required;
  await insertApproval(trx, {
    ...required,
    tenantId,
    id: approvalId,
    subject: { kind: 'campaign', campaignId: campaign.id },
    contentHash,
    authors,
    by: userId,
    now,
  });
  const input = { v: 2, tenantId, approvalId, contentHash, authors, authorsMayVote, steps } as const;
  await enqueue(trx, {
    tenantId,
    workflowId: approvalWorkflowId(tenantId, approvalId),
    message: { kind: 'start_approval', campaignId: campaign.id, input },
    now,
  });
  return approvalId;
}
