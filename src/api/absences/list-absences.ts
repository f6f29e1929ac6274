import { z } from 'zod';
import { selectAbsences } from '../../db/absence.ts';
import { selectMemberNames } from '../../db/member-name.ts';
import type { AbsenceId, UserId } from '../../domain/ids.ts';
import { defineRoute } from '../define-route.ts';
import { cursorCodec, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { id } from '../schemas.ts';
import { absenceView, peopleIn, presentAbsence } from './absence-schemas.ts';

const codec = cursorCodec('absences', id<AbsenceId>('The last absence of the page before.'));

export const listAbsences = defineRoute({
  method: 'get',
  path: '/v1/absences',
  tag: 'Absences',
  summary: 'List absences',
  description: 'Absences that are not over, those entered last first: the tenant’s, or one person’s.',
  permission: 'user.read',
  query: z.strictObject({
    ...pageQuery,
    userId: z
      .union([z.literal('me'), id<UserId>('A member.')])
      .optional()
      .meta({ description: '`me`, or the id of a member: only theirs.' }),
  }),
  answer: { status: 200, schema: pageOf(absenceView), description: 'A page of absences.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, caller, query, now }) => {
    const rows = await selectAbsences(trx, {
      userId: query.userId === 'me' ? caller.userId : (query.userId ?? null),
      endsAfter: now,
      before: codec.decode(query.cursor),
      limit: query.limit,
    });
    const names = await selectMemberNames(trx, rows.flatMap(peopleIn));
    return answer(
      pageFrom(rows, query.limit, {
        codec,
        positionOf: (row) => row.id,
        present: (row) => presentAbsence(row, names),
      }),
    );
  },
});
