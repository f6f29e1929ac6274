import { z } from 'zod';
import { insertCampaign, selectCampaign, type StoredCampaign } from '../../db/campaign.ts';
import type { CampaignId } from '../../domain/ids.ts';
import { newId } from '../../platform/new-id.ts';
import { defineRoute } from '../define-route.ts';
import type { HandleContext } from '../route-context.ts';
import { stateProblems } from './campaign-problems.ts';
import { campaignParams, newCampaignBody } from './campaign-schemas.ts';
import { campaignView } from './campaign-view.ts';
import { answerCampaign } from './present-campaign.ts';
import { recordCampaign } from './record-campaign.ts';

const tag = 'Campaigns';
const body = z.strictObject({ name: newCampaignBody.shape.name });
const answerOf = {
  status: 201,
  schema: campaignView,
  description: 'The draft.',
  headers: { etag: 'Its version.' },
} as const;

export const cloneCampaign = defineRoute({
  method: 'post',
  path: '/v1/campaigns/{campaignId}/clone',
  tag,
  summary: 'Clone a campaign',
  description: 'A new draft that says the same, whatever state the other is in; without its start.',
  permission: 'campaign.write',
  params: campaignParams,
  body,
  answer: answerOf,
  refusals: {},
  audit: 'campaign.created',
  handle: async (ctx) => {
    const campaign = await selectCampaign(ctx.trx, ctx.params.campaignId);
    if (campaign === null) throw ctx.refuse('not_found');
    return copy(ctx, campaign, { cloneOf: campaign.id, resendOf: campaign.resendOf });
  },
});

export const resendCampaign = defineRoute({
  method: 'post',
  path: '/v1/campaigns/{campaignId}/resend',
  tag,
  summary: 'Write again to those who did not read',
  description:
    'A new draft for the recipients of an ended campaign who were sent it and have neither read nor answered it when the new one begins. Whoever it is not known of whether they were sent it is left out: nobody may be sent the same twice.',
  permission: 'campaign.write',
  params: campaignParams,
  body,
  answer: answerOf,
  refusals: { wrong_state: stateProblems.wrong_state },
  audit: 'campaign.created',
  handle: async (ctx) => {
    const campaign = await selectCampaign(ctx.trx, ctx.params.campaignId);
    if (campaign === null) throw ctx.refuse('not_found');
    const { id, state, frozenAt } = campaign;
    const ended = state === 'finished' || state === 'cancelled';
    if (!ended || frozenAt === null) throw ctx.refuse('wrong_state', { extensions: { state } });
    return copy(ctx, { ...campaign, groupIds: [] }, { cloneOf: null, resendOf: id });
  },
});

async function copy(
  ctx: HandleContext<unknown, undefined, z.output<typeof body>, never>,
  campaign: StoredCampaign,
  origin: { readonly cloneOf: CampaignId | null; readonly resendOf: CampaignId | null },
) {
  const { trx, caller, now } = ctx;
  const id = newId<CampaignId>();
  const draft = { ...campaign, name: ctx.body.name, startsAtLocal: null };
  await insertCampaign(trx, { tenantId: caller.tenantId, id, draft, ...origin, by: caller.userId, now });
  await recordCampaign(ctx, 'campaign.created', id, origin);
  return answerCampaign(trx, id, now);
}
