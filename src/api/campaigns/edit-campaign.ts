import { z } from 'zod';
import { type CampaignDraft, deleteCampaign, selectCampaign, updateDraftOfCampaign } from '../../db/campaign.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { stateProblems } from './campaign-problems.ts';
import { campaignParams, changedCampaignBody } from './campaign-schemas.ts';
import { campaignView } from './campaign-view.ts';
import { faultsOfDraft } from './judge-draft.ts';
import { answerCampaign } from './present-campaign.ts';
import { recordCampaign } from './record-campaign.ts';

const { wrong_state } = stateProblems;

export const editCampaign = defineRoute({
  method: 'patch',
  path: '/v1/campaigns/{campaignId}',
  tag: 'Campaigns',
  summary: 'Edit a draft',
  description:
    'What is left out stays as it is. Only a draft can be edited: withdraw a campaign that is in review or scheduled first.',
  permission: 'campaign.write',
  params: campaignParams,
  body: changedCampaignBody,
  ifMatch: true,
  answer: { status: 200, schema: campaignView, description: 'The draft.', headers: { etag: 'Its version.' } },
  refusals: { wrong_state },
  audit: 'campaign.edited',
  handle: async (ctx) => {
    const { trx, caller, params, body, now } = ctx;
    const campaign = await selectCampaign(trx, params.campaignId, { lock: true });
    if (campaign === null) throw ctx.refuse('not_found');
    ctx.requireVersion(campaign.version);
    const { state } = campaign;
    if (state !== 'draft') throw ctx.refuse('wrong_state', { extensions: { state } });
    const draft = merged(campaign, body);
    const faults = await faultsOfDraft(trx, draft);
    if (faults.length > 0) throw ctx.invalid(faults);
    await updateDraftOfCampaign(trx, { tenantId: caller.tenantId, id: campaign.id }, draft);
    await recordCampaign(ctx, 'campaign.edited', campaign.id, { fields: Object.keys(body) });
    return answerCampaign(trx, campaign.id, now);
  },
});

export const removeCampaign = defineRoute({
  method: 'delete',
  path: '/v1/campaigns/{campaignId}',
  tag: 'Campaigns',
  summary: 'Delete a draft',
  description: 'Only a draft can be deleted. What has been sent stays known: cancel a campaign that runs instead.',
  permission: 'campaign.write',
  params: campaignParams,
  ifMatch: true,
  answer: { status: 204, schema: z.null(), description: 'The draft is gone.' },
  refusals: { wrong_state },
  audit: 'campaign.deleted',
  handle: async (ctx) => {
    const { trx, params } = ctx;
    const campaign = await selectCampaign(trx, params.campaignId, { lock: true });
    if (campaign === null) throw ctx.refuse('not_found');
    ctx.requireVersion(campaign.version);
    const { state } = campaign;
    if (state !== 'draft') throw ctx.refuse('wrong_state', { extensions: { state } });
    await recordCampaign(ctx, 'campaign.deleted', campaign.id);
    await deleteCampaign(trx, campaign.id);
    return answer(null);
  },
});

function merged(draft: CampaignDraft, body: z.output<typeof changedCampaignBody>): CampaignDraft {
  const changed = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
  return { ...draft, ...changed };
}
