import { type CampaignInput, campaignWorkflowId } from '../domain/campaign.ts';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
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

/** Lets the campaigns that wait for a number know that its connection works again. */
export async function tellCampaignsOf(
  trx: TenantTransaction,
  { tenantId, connectionId }: { readonly tenantId: TenantId; readonly connectionId: ConnectionId },
  now: Date,
): Promise<void> {
  const waiting = await trx
    .selectFrom('campaign_number as used')
    .innerJoin('campaign', (join) =>
      join.onRef('campaign.tenant_id', '=', 'used.tenant_id').onRef('campaign.id', '=', 'used.campaign_id'),
    )
    .select('campaign.id')
    .where('used.connection_id', '=', connectionId)
    .where('campaign.state', '=', 'paused')
    .where('campaign.pause_reason', '=', 'connection')
    .execute();
  for (const { id: campaignId } of waiting) await tellCampaign(trx, { tenantId, campaignId }, now);
}
