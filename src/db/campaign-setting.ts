import type { TenantId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

export interface CampaignSetting {
  /** Messages in a calendar month of the tenant's zone; null: no limit of its own. */
  readonly monthlyQuota: number | null;
  /** For how long an answer that quotes nothing counts for the latest campaign. */
  readonly attributionHours: number;
}

const defaults: CampaignSetting = { monthlyQuota: null, attributionHours: 72 };

export async function selectCampaignSetting(trx: TenantTransaction): Promise<CampaignSetting> {
  const row = await trx.selectFrom('campaign_setting').selectAll().executeTakeFirst();
  if (row === undefined) return defaults;
  return {
    monthlyQuota: row.monthly_quota,
    attributionHours: row.attribution_hours,
  };
}

export async function saveCampaignSetting(
  trx: TenantTransaction,
  tenantId: TenantId,
  { monthlyQuota, attributionHours }: CampaignSetting,
): Promise<void> {
  const columns = {
    monthly_quota: monthlyQuota,
    attribution_hours: attributionHours,
  };
  await trx
    .insertInto('campaign_setting')
    .values({ tenant_id: tenantId, ...columns })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(columns))
    .execute();
}
