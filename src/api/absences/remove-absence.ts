import { z } from 'zod';
import { deleteAbsence, selectAbsence } from '../../db/absence.ts';
import { tellApprovals } from '../approvals/tell-approvals.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { recordChange, requireRight, rightProblem } from './absence-rights.ts';
import { absenceParams } from './absence-schemas.ts';

export const removeAbsence = defineRoute({
  method: 'delete',
  path: '/v1/absences/{absenceId}',
  tag: 'Absences',
  summary: 'Remove an absence',
  description:
    'The delegate no longer votes for the person from now on; votes that were cast stay. Everybody removes their own; `absence.write` is needed for others’.',
  permission: null,
  params: absenceParams,
  answer: { status: 204, schema: z.null(), description: 'The absence is gone.' },
  refusals: rightProblem,
  audit: 'absence.removed',
  handle: async (ctx) => {
    const { trx, params } = ctx;
    const row = await selectAbsence(trx, params.absenceId);
    if (row === null) throw ctx.refuse('not_found');
    requireRight(ctx, row.userId);
    await deleteAbsence(trx, row.id);
    await recordChange(ctx, 'absence.removed', row);
    await tellApprovals(ctx, row.userId);
    return answer(null);
  },
});
