import type { AbsenceRow } from '../../db/absence.ts';
import { appendEvents } from '../../db/event.ts';
import type { UserId } from '../../domain/ids.ts';
import { commonProblems } from '../common-problems.ts';
import type { HandleContext } from '../route-context.ts';

export const rightProblem = { missing_permission: commonProblems.missing_permission } as const;

/** Throws 403 unless it is the caller's own, or the caller may see to others'. */
export function requireRight(
  { caller, refuse }: Pick<HandleContext<unknown, unknown, unknown, 'missing_permission'>, 'caller' | 'refuse'>,
  whose: UserId,
): void {
  const permission = 'absence.write';
  if (whose === caller.userId || caller.permissions.has(permission)) return;
  throw refuse('missing_permission', {
    detail: `For somebody else’s absence, this needs the permission ${permission}.`,
    extensions: { permission },
  });
}

/** Appends what the caller has done to an absence to the log. */
export async function recordChange(
  { trx, caller, now }: Pick<HandleContext<unknown, unknown, unknown, never>, 'trx' | 'caller' | 'now'>,
  kind: 'absence.created' | 'absence.removed',
  { id, userId, delegateId, startsAt, endsAt }: AbsenceRow,
): Promise<void> {
  await appendEvents(trx, [
    {
      tenantId: caller.tenantId,
      at: now,
      kind,
      entity: 'absence',
      entityId: id,
      actor: { kind: 'user', id: caller.userId },
      data: { userId, delegateId, from: startsAt.toISOString(), until: endsAt.toISOString() },
    },
  ]);
}
