import { type CampaignInput, campaignWorkflowId } from '../domain/campaign.ts';
import { enqueue } from './outbox.ts';
import type { TenantTransaction } from './tenant.ts';

/** Lets the process of a campaign know that its row has changed; the first message starts it. */
export async function tellCampaign(
  trx: TenantTransaction,
  { tenantId, campaignId }: Omit<CampaignInput, 'v'>,
  now: Date,
): Promise<void> {
  await enqueue(trx, {
    tenantId,
    workflowId: campaignWorkflowId(tenantId, campaignId),
    message: { kind: 'campaign_changed', input: { v: 1, tenantId, campaignId } },
    now,
  });
}
