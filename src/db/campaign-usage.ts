import { sql } from 'kysely';
import type { TenantId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/** How many messages the tenant may still send this month; null: as many as it likes. Others wait until this one knows. */
export async function lockQuota(
  trx: TenantTransaction,
  { tenantId, month }: { readonly tenantId: TenantId; readonly month: string },
): Promise<number | null> {
  const { rows } = await sql<{ quota: number | null }>`
    select monthly_quota as quota from campaign_setting where tenant_id = ${tenantId}::uuid for share`.execute(trx);
  const quota = rows[0]?.quota ?? null;
  if (quota === null) return null;
  const { rows: used } = await sql<{ messages: number }>`
    insert into campaign_usage (tenant_id, month, messages) values (${tenantId}::uuid, ${month}::text, 0)
    on conflict (tenant_id, month) do update set messages = campaign_usage.messages
    returning messages`.execute(trx);
  return Math.max(0, quota - (used[0]?.messages ?? 0));
}

/** What counts towards the quota of the calendar month of `now`, in the tenant's zone. */
export async function readUsage(trx: TenantTransaction, now: Date): Promise<number> {
  const { rows } = await sql<{ messages: number }>`
    select messages from campaign_usage usage
    join tenant on tenant.id = usage.tenant_id
    where month = to_char(${now}::timestamptz at time zone tenant.time_zone, 'YYYY-MM')`.execute(trx);
  return rows[0]?.messages ?? 0;
}

/** Counts messages no more that were marked at these instants, in the month of each, and that WhatsApp has not taken. */
export async function returnUsage(
  trx: TenantTransaction,
  { tenantId, markedAt }: { readonly tenantId: TenantId; readonly markedAt: readonly Date[] },
): Promise<void> {
  await sql`
    update campaign_usage usage set messages = usage.messages - returned.messages
    from (
      select to_char(at at time zone tenant.time_zone, 'YYYY-MM') as month, count(*)::integer as messages
      from unnest(${markedAt}::timestamptz[]) at
      join tenant on tenant.id = ${tenantId}::uuid
      group by 1
    ) returned
    where usage.tenant_id = ${tenantId}::uuid and usage.month = returned.month`.execute(trx);
}
