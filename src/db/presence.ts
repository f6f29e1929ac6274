import type { Presence } from '../domain/approval.ts';
import type { Instant, UserId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/**
 * When these people are or will be away, and who of them and of those who then vote for them has left. Somebody whom
 * the tenant never knew has left, too.
 */
export async function selectPresence(
  trx: TenantTransaction,
  users: readonly UserId[],
  now: Instant,
): Promise<Presence> {
  if (users.length === 0) return { inactive: [], absences: [] };
  const absences = await trx
    .selectFrom('absence')
    .select(['user_id', 'delegate_id', 'starts_at', 'ends_at'])
    .where('user_id', 'in', users)
    .where('ends_at', '>', new Date(now))
    .orderBy('starts_at')
    .orderBy('id')
    .execute();
  const people = [...new Set([...users, ...absences.map((row) => row.delegate_id)])];
  const active = await trx
    .selectFrom('tenant_member')
    .select('user_id')
    .where('user_id', 'in', people)
    .where('active', '=', true)
    .execute();
  const present = new Set(active.map((row) => row.user_id));
  return {
    inactive: people.filter((user) => !present.has(user)).toSorted(),
    absences: absences.map((row) => ({
      of: row.user_id,
      delegate: row.delegate_id,
      from: row.starts_at.getTime(),
      until: row.ends_at.getTime(),
    })),
  };
}
