import type { UserId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/** What people are called who may have left the tenant since. */
export async function selectMemberNames(
  trx: TenantTransaction,
  userIds: readonly UserId[],
): Promise<ReadonlyMap<UserId, string>> {
  if (userIds.length === 0) return new Map();
  const rows = await trx
    .selectFrom('tenant_member')
    .select(['user_id', 'display_name'])
    .where('user_id', 'in', [...new Set(userIds)])
    .execute();
  return new Map(rows.map((row) => [row.user_id, row.display_name]));
}
