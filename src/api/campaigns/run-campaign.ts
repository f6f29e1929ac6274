import { z } from 'zod';
import { selectCampaign, throttleCampaign } from '../../db/campaign.ts';
import { passGate, selectHalt } from '../../db/halt.ts';
import { takeStep } from '../../domain/campaign.ts';
import { defineRoute } from '../define-route.ts';
import { startProblems, stateProblems } from './campaign-problems.ts';
import { campaignParams, ratePerS } from './campaign-schemas.ts';
import { campaignView } from './campaign-view.ts';
import { answerCampaign } from './present-campaign.ts';
import { lockWhole, requireSendable, requireState, takeStepFor } from './take-step.ts';

const tag = 'Campaigns';
const common = { params: campaignParams, permission: 'campaign.send' } as const;
const answerOf = (description: string) =>
  ({ status: 200, schema: campaignView, description, headers: { etag: 'Its version.' } }) as const;

export const startCampaign = defineRoute({
  ...common,
  method: 'post',
  path: '/v1/campaigns/{campaignId}/start',
  tag,
  summary: 'Start a scheduled campaign now',
  description:
    'Its start is dropped: everybody is due at once, outside of their quiet hours. Only what was approved goes out: where a template or a group was edited since, withdraw it and submit it again.',
  answer: answerOf('Running.'),
  refusals: startProblems,
  audit: 'campaign.started',
  handle: async (ctx) => {
    await passGate(ctx.trx, ctx.caller.tenantId);
    if ((await selectHalt(ctx.trx)) !== null) throw ctx.refuse('halted');
    const { violations, campaign, contentHash } = await lockWhole(ctx);
    requireState(ctx, takeStep(campaign.state, { kind: 'start' }));
    if (contentHash !== campaign.contentHash) throw ctx.refuse('stale_content', { extensions: { contentHash } });
    requireSendable(
      ctx,
      violations.filter(({ code }) => code !== 'start_in_past'),
    );
    return takeStepFor(ctx, { step: { kind: 'start' }, set: { startsAtLocal: null } });
  },
});

export const pauseCampaign = defineRoute({
  ...common,
  method: 'post',
  path: '/v1/campaigns/{campaignId}/pause',
  tag,
  summary: 'Pause a campaign',
  description: 'Once this is answered no further send begins. What is on its way arrives.',
  answer: answerOf('Paused.'),
  refusals: stateProblems,
  audit: 'campaign.paused',
  handle: (ctx) => takeStepFor(ctx, { step: { kind: 'pause', reason: 'manual' } }),
});

export const resumeCampaign = defineRoute({
  ...common,
  method: 'post',
  path: '/v1/campaigns/{campaignId}/resume',
  tag,
  summary: 'Resume a campaign',
  description: 'It goes on with whoever was not sent anything yet. What paused it pauses it again if it still holds.',
  answer: answerOf('Running.'),
  refusals: stateProblems,
  audit: 'campaign.resumed',
  handle: (ctx) => takeStepFor(ctx, { step: { kind: 'resume' } }),
});

export const cancelCampaign = defineRoute({
  ...common,
  method: 'post',
  path: '/v1/campaigns/{campaignId}/cancel',
  tag,
  summary: 'Cancel a campaign',
  description: 'Once this is answered no further send begins, ever. Whoever was not sent it is skipped as `cancelled`.',
  answer: answerOf('Cancelled.'),
  refusals: stateProblems,
  audit: 'campaign.cancelled',
  handle: (ctx) => takeStepFor(ctx, { step: { kind: 'cancel' } }),
});

export const throttle = defineRoute({
  ...common,
  method: 'put',
  path: '/v1/campaigns/{campaignId}/rate',
  tag,
  summary: 'Change how fast a campaign sends',
  description: 'Also while it runs. Null: as fast as its numbers may.',
  body: z.strictObject({ ratePerS: ratePerS.nullable() }),
  answer: answerOf('The campaign.'),
  refusals: stateProblems,
  audit: 'campaign.throttled',
  handle: async (ctx) => {
    const { trx, caller, params, body, now } = ctx;
    const campaign = await selectCampaign(trx, params.campaignId, { lock: true });
    if (campaign === null) throw ctx.refuse('not_found');
    const { id, state } = campaign;
    if (state === 'finished' || state === 'cancelled') throw ctx.refuse('ended', { extensions: { state } });
    // A draft is edited, and what is reviewed is as it was submitted.
    if (state === 'draft' || state === 'in_review') throw ctx.refuse('wrong_state', { extensions: { state } });
    await throttleCampaign(trx, { tenantId: caller.tenantId, campaignId: id, by: caller.userId, now }, body.ratePerS);
    return answerCampaign(trx, id, now);
  },
});
