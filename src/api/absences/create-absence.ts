import { insertAbsence, selectOverlapping } from '../../db/absence.ts';
import { lockMember } from '../../db/member.ts';
import { selectMemberNames } from '../../db/member-name.ts';
import { selectHoldersOf } from '../../db/policy.ts';
import type { AbsenceId, UserId } from '../../domain/ids.ts';
import { newId } from '../../platform/new-id.ts';
import { tellApprovals } from '../approvals/tell-approvals.ts';
import { defineRoute } from '../define-route.ts';
import type { FieldError } from '../problem.ts';
import { answer, type HandleContext } from '../route-context.ts';
import { absenceBody, absenceView, peopleIn, presentAbsence } from './absence-schemas.ts';
import { recordChange, requireRight, rightProblem } from './absence-rights.ts';

export const createAbsence = defineRoute({
  method: 'post',
  path: '/v1/absences',
  tag: 'Absences',
  summary: 'Enter an absence',
  description:
    'From one instant until another somebody else votes for a member, in every approval whose step allows it; who it is for is decided at the instant of the vote. Everybody enters their own; `absence.write` is needed for others’. A delegate of an absent person who is absent as well is not replaced in turn.',
  permission: null,
  body: absenceBody,
  answer: { status: 201, schema: absenceView, description: 'The absence.' },
  refusals: {
    ...rightProblem,
    overlapping_absence: {
      status: 409,
      title: 'Overlapping absence',
      description: 'Another absence of the same person shares time with it; `absenceId` names it.',
      example: { absenceId: '0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77' },
    },
  },
  audit: 'absence.created',
  handle: async (ctx) => {
    const { trx, caller, body, now } = ctx;
    const userId = body.userId ?? caller.userId;
    requireRight(ctx, userId);
    // Two that are entered at once for one person: the second sees the first.
    const known = await lockMember(trx, userId);
    const absence = {
      id: newId<AbsenceId>(),
      userId,
      delegateId: body.delegateId,
      startsAt: body.from,
      endsAt: body.until,
      createdBy: caller.userId,
    };
    const errors = [...(known ? [] : [stranger(userId)]), ...(await errorsIn(ctx, absence))];
    if (errors.length > 0) throw ctx.invalid(errors);
    const other = await selectOverlapping(trx, absence);
    if (other !== null) throw ctx.refuse('overlapping_absence', { extensions: { absenceId: other.id } });
    await insertAbsence(trx, { ...absence, tenantId: caller.tenantId, now });
    await recordChange(ctx, 'absence.created', absence);
    await tellApprovals(ctx, userId);
    return answer(presentAbsence(absence, await selectMemberNames(trx, peopleIn(absence))));
  },
});

function stranger(userId: UserId): FieldError {
  return { pointer: '/userId', rule: 'exists', limit: null, value: userId, detail: 'is not a member of this tenant' };
}

async function errorsIn(
  { trx, now }: Pick<HandleContext<unknown, unknown, unknown, never>, 'trx' | 'now'>,
  { userId, delegateId, startsAt, endsAt }: Parameters<typeof presentAbsence>[0],
): Promise<readonly FieldError[]> {
  const errors: FieldError[] = [];
  const [from, until] = [startsAt.toISOString(), endsAt.toISOString()];
  if (endsAt <= startsAt) {
    errors.push({ pointer: '/until', rule: 'after', limit: from, value: until, detail: 'must be later than `from`' });
  } else if (endsAt <= now) {
    const detail = 'is over already';
    errors.push({ pointer: '/until', rule: 'future', limit: now.toISOString(), value: until, detail });
  }
  const able = await selectHoldersOf(trx, 'post.approve', [delegateId]);
  if (delegateId === userId) {
    const detail = 'must be somebody else';
    errors.push({ pointer: '/delegateId', rule: 'other', limit: null, value: delegateId, detail });
  } else if (!able.has(delegateId)) {
    const detail = 'is not an active member of this tenant with `post.approve`';
    errors.push({ pointer: '/delegateId', rule: 'may_vote', limit: null, value: delegateId, detail });
  }
  return errors;
}
