import { z } from 'zod';
import { changeCampaign, type StoredCampaign } from '../../db/campaign.ts';
import { passGate, selectHalt } from '../../db/halt.ts';
import { takeStep } from '../../domain/campaign.ts';
import type { UserId } from '../../domain/ids.ts';
import { cancel, pause, resume, setRate } from '../../workflows/campaign/messages.ts';
import { defineRoute } from '../define-route.ts';
import { commandProblems, startProblems } from './campaign-problems.ts';
import { campaignParams, ratePerS } from './campaign-schemas.ts';
import { campaignView } from './campaign-view.ts';
import { type CampaignContext, commandCampaign, readStored } from './command-campaign.ts';
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
  description:
    'Once this is answered no further send begins. What is on its way arrives. A campaign that is paused already stays so, and goes on by itself no more.',
  answer: answerOf('Paused.'),
  refusals: commandProblems,
  audit: 'campaign.paused',
  act: async (ctx) => commandCampaign(ctx, await readStored(ctx), { update: pause, args: [{ by: ctx.caller.userId }] }),
});

export const resumeCampaign = defineRoute({
  ...common,
  method: 'post',
  path: '/v1/campaigns/{campaignId}/resume',
  tag,
  summary: 'Resume a campaign',
  description: 'It goes on with whoever was not sent anything yet. What paused it pauses it again if it still holds.',
  answer: answerOf('Running.'),
  refusals: commandProblems,
  audit: 'campaign.resumed',
  act: async (ctx) =>
    commandCampaign(ctx, await readStored(ctx), { update: resume, args: [{ by: ctx.caller.userId }] }),
});

export const cancelCampaign = defineRoute({
  ...common,
  method: 'post',
  path: '/v1/campaigns/{campaignId}/cancel',
  tag,
  summary: 'Cancel a campaign',
  description: 'Once this is answered no further send begins, ever. Whoever was not sent it is skipped as `cancelled`.',
  answer: answerOf('Cancelled.'),
  refusals: commandProblems,
  audit: 'campaign.cancelled',
  act: async (ctx) => {
    const campaign = await readStored(ctx);
    if (campaign.state === 'in_review') return cancelReview(ctx, campaign);
    return commandCampaign(ctx, campaign, { update: cancel, args: [{ by: ctx.caller.userId }] });
  },
});

/** No process knows of it yet. */
function cancelReview(ctx: CampaignContext, { id: campaignId }: StoredCampaign) {
  const { caller, now, inTenant, refuse } = ctx;
  const step = { kind: 'cancel' } as const;
  return inTenant(async (trx) => {
    const actor = { kind: 'user', id: caller.userId } as const;
    const outcome = await changeCampaign(trx, { tenantId: caller.tenantId, campaignId, step, actor, now });
    if (outcome?.kind === 'refused') throw refuse(outcome.code, { extensions: { state: outcome.state } });
    return answerCampaign(trx, campaignId, now);
  });
}

export const throttle = defineRoute({
  ...common,
  method: 'put',
  path: '/v1/campaigns/{campaignId}/rate',
  tag,
  summary: 'Change how fast a campaign sends',
  description: 'Also while it runs. Null: as fast as its numbers may. A draft is edited instead.',
  body: z.strictObject({ ratePerS: ratePerS.nullable() }),
  answer: answerOf('The campaign.'),
  refusals: commandProblems,
  audit: 'campaign.throttled',
  act: async (ctx) => {
    const { caller, body } = ctx;
    const args: [{ by: UserId; ratePerS: number | null }] = [{ by: caller.userId, ratePerS: body.ratePerS }];
    return commandCampaign(ctx, await readStored(ctx), { update: setRate, args });
  },
});
