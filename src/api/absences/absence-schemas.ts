import { z } from 'zod';
import type { AbsenceRow } from '../../db/absence.ts';
import type { AbsenceId, UserId } from '../../domain/ids.ts';
import { person } from '../approvals/approval-schemas.ts';
import { id, instant, instantView } from '../schemas.ts';

const absenceId = id<AbsenceId>('The absence.');
export const absenceParams = z.strictObject({ absenceId });

export const absenceBody = z.strictObject({
  userId: id<UserId>('Who is away.').optional().meta({ description: 'Who is away; left out: the caller.' }),
  delegateId: id<UserId>('Who votes meanwhile: an active member with `post.approve`.'),
  from: instant('When it begins.'),
  until: instant('When it is over; this instant is no part of it.'),
});

export const absenceView = z
  .object({
    id: absenceId,
    user: person.meta({ description: 'Who is away.' }),
    delegate: person.meta({ description: 'Who votes meanwhile.' }),
    from: instantView('When it begins.'),
    until: instantView('When it is over.'),
    createdBy: person.meta({ description: 'Who entered it.' }),
  })
  .meta({ id: 'Absence', description: 'A time in which somebody else votes for a member.' });

export function presentAbsence(row: AbsenceRow, names: ReadonlyMap<UserId, string>): z.input<typeof absenceView> {
  const named = (userId: UserId) => ({ id: userId, name: names.get(userId) ?? '' });
  return {
    id: row.id,
    user: named(row.userId),
    delegate: named(row.delegateId),
    from: row.startsAt.toISOString(),
    until: row.endsAt.toISOString(),
    createdBy: named(row.createdBy),
  };
}

export const peopleIn = ({ userId, delegateId, createdBy }: AbsenceRow): readonly UserId[] => [
  userId,
  delegateId,
  createdBy,
];
