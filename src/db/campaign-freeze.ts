import type { CampaignId, TenantId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/** How far an audience has come into the ledger. */
export interface Frozen {
  /** Nobody is left to be written. */
  readonly done: boolean;
}

/** Closes the ledger of a campaign whose audience was written into it beforehand. */
export async function freezeChunk(
  trx: TenantTransaction,
  { campaignId, now }: { readonly tenantId: TenantId; readonly campaignId: CampaignId; readonly now: Date },
): Promise<Frozen> {
  await trx.updateTable('campaign').set({ frozen_at: now }).where('id', '=', campaignId).execute();
  return { done: true };
}

/** Whether everybody of the audience stands in the ledger. */
export async function isFrozen(trx: TenantTransaction, campaignId: CampaignId): Promise<boolean> {
  const row = await trx.selectFrom('campaign').select('frozen_at').where('id', '=', campaignId).executeTakeFirst();
  return row !== undefined && row.frozen_at !== null;
}
