import type { Approval } from '../domain/approval.ts';
import type { CampaignId, TenantId } from '../domain/ids.ts';
import { instantOf } from '../domain/quiet-hours.ts';
import { changeCampaign, selectCampaign, type StoredCampaign } from './campaign.ts';
import { selectCampaignAuthors } from './campaign-author.ts';
import { campaignHash } from './campaign-hash.ts';
import { selectPlanParts } from './campaign-plan.ts';
import { insertNotifications } from './notification.ts';
import { selectTenantZone } from './tenant-read.ts';
import type { TenantTransaction } from './tenant.ts';

/** Why an approval does not let a campaign out. */
export type VoidReason =
  /** A template or a group that it names was edited: it would send, or reach, something else. */
  | 'content_changed'
  /** It came after the start. Nothing goes out late by itself because an approval came late. */
  | 'start_passed';

/** Why what is being approved at `now` cannot go out as it was approved; null: it can. */
export async function voidReasonOf(
  trx: TenantTransaction,
  campaignId: CampaignId,
  { contentHash }: Pick<Approval, 'contentHash'>,
  now: Date,
): Promise<VoidReason | null> {
  const campaign = await selectCampaign(trx, campaignId, { lock: true });
  if (campaign === null) return null;
  if (!(await isStill(trx, campaign, contentHash))) return 'content_changed';
  const { startsAtLocal } = campaign;
  if (startsAtLocal === null) return null;
  return instantOf(startsAtLocal, await selectTenantZone(trx)) <= now.getTime() ? 'start_passed' : null;
}

/**
 * Before a scheduled campaign starts: makes it a draft again if it is not what was approved any more, and lets its authors
 * know. True: it is a draft.
 */
export async function voidIfChanged(
  trx: TenantTransaction,
  { tenantId, campaignId }: { readonly tenantId: TenantId; readonly campaignId: CampaignId },
  now: Date,
): Promise<boolean> {
  const campaign = await selectCampaign(trx, campaignId, { lock: true });
  if (campaign?.state !== 'scheduled' || campaign.contentHash === null) return false;
  if (await isStill(trx, campaign, campaign.contentHash)) return false;
  const reason: VoidReason = 'content_changed';
  await changeCampaign(trx, {
    tenantId,
    campaignId,
    step: { kind: 'send_back' },
    actor: { kind: 'process' },
    now,
    data: { reason },
  });
  await insertNotifications(trx, {
    tenantId,
    kind: 'approval_settled',
    campaignId,
    recipients: await selectCampaignAuthors(trx, campaign),
    episode: `voided/${campaign.version}`,
    by: null,
    at: now,
    data: { outcome: 'voided' },
  });
  return true;
}

async function isStill(trx: TenantTransaction, campaign: StoredCampaign, contentHash: string): Promise<boolean> {
  return campaignHash(await selectPlanParts(trx, campaign.id), campaign) === contentHash;
}
