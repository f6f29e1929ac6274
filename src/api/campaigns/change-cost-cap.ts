import { z } from 'zod';
import { setCostCap } from '../../db/campaign-control.ts';
import { unpricedVariants } from '../../domain/campaign-plan.ts';
import { cardFor } from '../../domain/rate-card.ts';
import { defineRoute } from '../define-route.ts';
import { sendProblems } from './campaign-problems.ts';
import { campaignParams, costCap } from './campaign-schemas.ts';
import { campaignView } from './campaign-view.ts';
import { answerCampaign } from './present-campaign.ts';
import { lockWhole, requireSendable } from './take-step.ts';

export const changeCostCap = defineRoute({
  method: 'put',
  path: '/v1/campaigns/{campaignId}/cost-cap',
  tag: 'Campaigns',
  summary: 'Change how much a campaign may cost',
  description:
    'While it runs, or is paused: one that has paused for `cost_cap` goes on with `resume`. Null: as much as it takes. What was approved bounds the start; who changed it since stands in the timeline. Before the start a draft is edited, and approved, instead.',
  params: campaignParams,
  permission: 'campaign.send',
  body: z.strictObject({ costCap: costCap.nullable() }),
  answer: { status: 200, schema: campaignView, description: 'The campaign.', headers: { etag: 'Its version.' } },
  refusals: sendProblems,
  audit: 'campaign.cap_changed',
  handle: async (ctx) => {
    const { trx, caller, params, body, now, refuse } = ctx;
    const { campaign, parts } = await lockWhole(ctx);
    const { state, currency } = campaign;
    if (state === 'finished' || state === 'cancelled') throw refuse('ended', { extensions: { state } });
    if (state !== 'running' && state !== 'paused') throw refuse('wrong_state', { extensions: { state } });
    const unpriced = body.costCap === null ? [] : unpricedVariants(cardFor(currency, now), parts.variants);
    requireSendable(
      ctx,
      unpriced.map((variant) => ({ code: 'cap_without_price', variant })),
    );
    const key = { tenantId: caller.tenantId, campaignId: params.campaignId };
    await setCostCap(trx, key, { costCap: body.costCap, by: caller.userId, now });
    return answerCampaign(trx, params.campaignId, now);
  },
});
