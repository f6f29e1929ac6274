import { insertCampaign } from '../../db/campaign.ts';
import type { CampaignId } from '../../domain/ids.ts';
import { newId } from '../../platform/new-id.ts';
import { defineRoute } from '../define-route.ts';
import { newCampaignBody } from './campaign-schemas.ts';
import { campaignView } from './campaign-view.ts';
import { faultsOfDraft } from './judge-draft.ts';
import { answerCampaign } from './present-campaign.ts';
import { recordCampaign } from './record-campaign.ts';

export const createCampaign = defineRoute({
  method: 'post',
  path: '/v1/campaigns',
  tag: 'Campaigns',
  summary: 'Draft a campaign',
  description:
    'Nothing is sent. A draft may be incomplete: `violations` says what is missing. Only what it names must be there.',
  permission: 'campaign.write',
  body: newCampaignBody,
  answer: { status: 201, schema: campaignView, description: 'The draft.', headers: { etag: 'Its version.' } },
  refusals: {},
  audit: 'campaign.created',
  handle: async (ctx) => {
    const { trx, caller, body, now } = ctx;
    const faults = await faultsOfDraft(trx, body);
    if (faults.length > 0) throw ctx.invalid(faults);
    const id = newId<CampaignId>();
    const { tenantId, userId: by } = caller;
    await insertCampaign(trx, { tenantId, id, draft: body, cloneOf: null, resendOf: null, by, now });
    await recordCampaign(ctx, 'campaign.created', id);
    return answerCampaign(trx, id, now);
  },
});
