import { z } from 'zod';
import { hasShaped } from '../../db/campaign-author.ts';
import { selectCampaignSetting } from '../../db/campaign-setting.ts';
import { takeStep } from '../../domain/campaign.ts';
import { defineRoute } from '../define-route.ts';
import { reviewProblems, scheduleProblems, sendProblems, stateProblems } from './campaign-problems.ts';
import { campaignParams } from './campaign-schemas.ts';
import { campaignView } from './campaign-view.ts';
import { lockWhole, requireSendable, type StepContext, takeStepFor } from './take-step.ts';

const tag = 'Campaigns';
const common = { params: campaignParams } as const;
const answerOf = (description: string) =>
  ({ status: 200, schema: campaignView, description, headers: { etag: 'Its version.' } }) as const;

export const submitCampaign = defineRoute({
  ...common,
  method: 'post',
  path: '/v1/campaigns/{campaignId}/submit',
  tag,
  summary: 'Submit a campaign for review',
  description: 'Nothing is sent before somebody else has approved it. What stands in the way of sending is told now.',
  permission: 'campaign.write',
  answer: answerOf('In review.'),
  refusals: sendProblems,
  audit: 'campaign.submitted',
  handle: async (ctx) => {
    const { violations, contentHash, campaign } = await lockWhole(ctx);
    requireState(ctx, takeStep(campaign.state, { kind: 'submit' }));
    requireSendable(ctx, violations);
    const set = { contentHash, submittedBy: ctx.caller.userId };
    return takeStepFor(ctx, { step: { kind: 'submit' }, set, data: { contentHash } });
  },
});

export const approveCampaign = defineRoute({
  ...common,
  method: 'post',
  path: '/v1/campaigns/{campaignId}/approve',
  tag,
  summary: 'Approve a campaign',
  description:
    'It is scheduled, and goes out at its start. The approval holds for what the reviewer has seen, named by `contentHash`: a template that was edited meanwhile must be looked at again. Nobody approves what they have created, edited or submitted.',
  permission: 'campaign.send',
  body: z.strictObject({ contentHash: z.string().max(64).meta({ description: 'Of what was reviewed.' }) }),
  answer: answerOf('Scheduled.'),
  refusals: reviewProblems,
  audit: 'campaign.approved',
  handle: async (ctx) => {
    const { violations, contentHash, campaign } = await lockWhole(ctx);
    requireState(ctx, takeStep(campaign.state, { kind: 'approve' }));
    if (await hasShaped(ctx.trx, campaign, ctx.caller.userId)) throw ctx.refuse('own_content');
    if (ctx.body.contentHash !== contentHash) throw ctx.refuse('stale_content', { extensions: { contentHash } });
    requireSendable(ctx, violations);
    return takeStepFor(ctx, { step: { kind: 'approve' }, set: { contentHash }, data: { contentHash } });
  },
});

export const sendBackCampaign = defineRoute({
  ...common,
  method: 'post',
  path: '/v1/campaigns/{campaignId}/send-back',
  tag,
  summary: 'Send a campaign back',
  description: 'It becomes a draft again, to be changed and submitted anew.',
  permission: 'campaign.send',
  answer: answerOf('A draft.'),
  refusals: stateProblems,
  audit: 'campaign.sent_back',
  handle: (ctx) => takeStepFor(ctx, { step: { kind: 'send_back' } }),
});

export const withdrawCampaign = defineRoute({
  ...common,
  method: 'post',
  path: '/v1/campaigns/{campaignId}/withdraw',
  tag,
  summary: 'Take a campaign back to draft',
  description: 'From review, or from the schedule as long as it has not begun. It passes its review again.',
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
  summary: 'Schedule a draft without review',
  description: 'Only where the tenant’s settings ask for no review.',
  permission: 'campaign.send',
  answer: answerOf('Scheduled.'),
  refusals: scheduleProblems,
  audit: 'campaign.scheduled',
  handle: async (ctx) => {
    const { violations, contentHash, campaign } = await lockWhole(ctx);
    requireState(ctx, takeStep(campaign.state, { kind: 'schedule' }));
    const { reviewRequired } = await selectCampaignSetting(ctx.trx);
    if (reviewRequired) throw ctx.refuse('review_required');
    requireSendable(ctx, violations);
    return takeStepFor(ctx, { step: { kind: 'schedule' }, set: { contentHash }, data: { contentHash } });
  },
});

/** The state comes before everything else that may be wrong. */
export function requireState(ctx: Pick<StepContext<unknown>, 'refuse'>, next: ReturnType<typeof takeStep>): void {
  if ('code' in next) throw ctx.refuse(next.code, { extensions: { state: next.state } });
}
