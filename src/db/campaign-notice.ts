import type { CampaignStep } from '../domain/campaign.ts';
import type { CampaignKey } from './campaign-ledger.ts';
import { selectHolders } from './connection-notice.ts';
import { insertNotifications } from './notification.ts';
import type { TenantTransaction } from './tenant.ts';

/** That a campaign has stopped by itself, or is done, is told to those who wrote or submitted it, and to all who may stop it. */
export async function notifyOfCampaign(
  trx: TenantTransaction,
  { tenantId, campaignId }: CampaignKey,
  {
    step,
    now,
    data,
  }: { readonly step: CampaignStep; readonly now: Date; readonly data: Readonly<Record<string, unknown>> },
): Promise<void> {
  if (step.kind !== 'pause' && step.kind !== 'finish') return;
  const { created_by, submitted_by, epoch } = await trx
    .selectFrom('campaign')
    .select(['created_by', 'submitted_by', 'epoch'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', campaignId)
    .executeTakeFirstOrThrow();
  const writers = submitted_by === null ? [created_by] : [created_by, submitted_by];
  const about = {
    tenantId,
    campaignId,
    recipients: [...writers, ...(await selectHolders(trx, 'campaign.send'))],
    by: null,
    at: now,
  };
  if ('reason' in step) {
    // Every pause begins an epoch of its own.
    const paused = { kind: 'campaign_paused', episode: `epoch-${epoch}` } as const;
    await insertNotifications(trx, { ...about, ...paused, data: { ...data, reason: step.reason } });
    return;
  }
  await insertNotifications(trx, { ...about, kind: 'campaign_finished', episode: 'finished', data: {} });
}
