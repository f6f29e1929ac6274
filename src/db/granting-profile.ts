import type { GrantFamily } from '../domain/grant.ts';
import type { AdminProfileId, TenantId } from '../domain/ids.ts';
import { newId } from '../platform/new-id.ts';
import type { TenantTransaction } from './tenant.ts';

/** Notes who has just granted access. Whoever has done so before stays the same profile, under the name of today. */
export async function noteGrantingProfile(
  trx: TenantTransaction,
  {
    tenantId,
    family,
    externalId,
    name,
    now,
  }: { tenantId: TenantId; family: GrantFamily; externalId: string; name: string; now: Date },
): Promise<AdminProfileId> {
  const { id } = await trx
    .insertInto('admin_profile')
    .values({
      tenant_id: tenantId,
      id: newId<AdminProfileId>(),
      family,
      external_id: externalId,
      name,
      first_granted_at: now,
      last_granted_at: now,
    })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'family', 'external_id']).doUpdateSet({ name, last_granted_at: now }),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Whether a network is yet to be told that a grant of this person is over: that ends newer grants along with it. */
export async function isBeingRevoked(trx: TenantTransaction, adminProfileId: AdminProfileId): Promise<boolean> {
  const pending = await trx
    .selectFrom('connection')
    .select('id')
    .where('admin_profile_id', '=', adminProfileId)
    .where('revocation', '=', 'pending')
    .limit(1)
    .executeTakeFirst();
  return pending !== undefined;
}
