import type { AbsenceRow } from '../../db/absence.ts';
import { appendEvents } from '../../db/event.ts';
import type { UserId } from '../../domain/ids.ts';
import { refuseCommon } from '../common-problems.ts';
import type { Caller, HandleContext } from '../route-context.ts';

/** Throws 403 unless it is the caller's own, or the caller may see to others'. */
export function requireRight({ userId, permissions }: Caller, whose: UserId): void {
  const permission = 'absence.write';
  if (whose === userId || permissions.has(permission)) return;
  throw refuseCommon('missing_permission', {
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
