import type { Presence } from '../domain/approval.ts';
import type { ApprovalId, Instant, UserId } from '../domain/ids.ts';
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

/**
 * The open approvals that may ask this person: as approver or fallback, as a delegate, or in place of somebody who is
 * or will be away.
 */
export async function selectApprovalsNaming(
  trx: TenantTransaction,
  user: UserId,
  now: Date,
): Promise<readonly ApprovalId[]> {
  const rows = await trx
    .selectFrom('approval')
    .select('approval.id')
    .where('approval.outcome', 'is', null)
    .where((eb) =>
      eb.or([
        eb.exists(
          eb
            .selectFrom('approval_approver as place')
            .select('place.user_id')
            .whereRef('place.tenant_id', '=', 'approval.tenant_id')
            .whereRef('place.approval_id', '=', 'approval.id')
            .where((place) =>
              place.or([
                place('place.user_id', '=', user),
                place(
                  'place.user_id',
                  'in',
                  place
                    .selectFrom('absence')
                    .select('absence.user_id')
                    .where('absence.delegate_id', '=', user)
                    .where('absence.ends_at', '>', now),
                ),
              ]),
            ),
        ),
        eb.exists(
          eb
            .selectFrom('approval_turn as turn')
            .select('turn.turn')
            .whereRef('turn.tenant_id', '=', 'approval.tenant_id')
            .whereRef('turn.approval_id', '=', 'approval.id')
            .where('turn.kind', '=', 'delegated')
            .where('turn.to_user', '=', user),
        ),
      ]),
    )
    .orderBy('approval.id')
    .execute();
  return rows.map((row) => row.id);
}
