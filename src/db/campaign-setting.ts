import { sql } from 'kysely';
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

/** What campaigns have sent in the calendar month of `now` in the tenant's zone. Only those that ran in it are read. */
export async function countSentInMonth(trx: TenantTransaction, now: Date): Promise<number> {
  const { rows } = await sql<{ sent: number }>`
    with month as (
      select date_trunc('month', ${now}::timestamptz, time_zone) as begins from tenant
    )
    select count(*)::integer as sent
    from campaign_message message, month
    where message.sent_at >= month.begins
      and campaign_id in (select id from campaign, month
                          where started_at is not null and coalesce(finished_at, 'infinity') >= month.begins)`.execute(
    trx,
  );
  return rows[0]?.sent ?? 0;
}
