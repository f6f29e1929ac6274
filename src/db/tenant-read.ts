import type { TenantId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/** The tenant that the transaction is confined to, as its members know it. */
export async function selectTenant(
  trx: TenantTransaction,
  tenantId: TenantId,
): Promise<{ id: TenantId; slug: string; name: string } | null> {
  const row = await trx
    .selectFrom('tenant')
    .select(['id', 'slug', 'name'])
    .where('id', '=', tenantId)
    .executeTakeFirst();
  return row ?? null;
}

/** The zone of the tenant that the transaction is confined to. */
export async function selectTenantZone(trx: TenantTransaction): Promise<string> {
  const row = await trx.selectFrom('tenant').select('time_zone').executeTakeFirstOrThrow();
  return row.time_zone;
}

/** The language of the tenant that the transaction is confined to, BCP 47. */
export async function selectTenantLocale(trx: TenantTransaction): Promise<string> {
  const row = await trx.selectFrom('tenant').select('locale').executeTakeFirstOrThrow();
  return row.locale;
}
