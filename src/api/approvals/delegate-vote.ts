import { z } from 'zod';
import { selectHoldersOf } from '../../db/policy.ts';
import type { UserId } from '../../domain/ids.ts';
import { delegateVote as delegateUpdate } from '../../workflows/approval/messages.ts';
import { defineRoute } from '../define-route.ts';
import { id } from '../schemas.ts';
import { approvalCommandProblems, approvalProblems } from './approval-problems.ts';
import { approvalParams, approvalView } from './approval-schemas.ts';
import { afterCommand, commandApproval, refuseSettled } from './command-approval.ts';
import { findApproval } from './find-approval.ts';

export const delegateVote = defineRoute({
  method: 'post',
  path: '/v1/approvals/{approvalId}/delegations',
  tag: 'Approvals',
  summary: 'Let somebody else vote',
  description:
    'Hands the caller’s vote in this approval to a colleague, for the open step and those to come, as far as the policy allows it. The two are one voice: whoever votes first gives it. A second delegation replaces the first. For days of absence, see `POST /v1/absences`.',
  permission: 'post.approve',
  params: approvalParams,
  body: z.strictObject({ to: id<UserId>('Who is to vote: an active member with `post.approve`.') }),
  answer: { status: 200, schema: approvalView, description: 'The approval after the delegation.' },
  refusals: {
    ...approvalCommandProblems,
    not_an_approver: approvalProblems.not_an_approver,
    already_voted: approvalProblems.already_voted,
    not_delegable: approvalProblems.not_delegable,
    unfit_delegate: approvalProblems.unfit_delegate,
  },
  audit: 'approval.delegated',
  act: async (ctx) => {
    const { inTenant, params, body, caller } = ctx;
    const row = await inTenant((trx) => findApproval(trx, caller, params.approvalId));
    if (row === null) throw ctx.refuse('not_found');
    if (row.outcome !== null) throw await refuseSettled(ctx, row);
    const able = await inTenant((trx) => selectHoldersOf(trx, 'post.approve', [body.to]));
    if (!able.has(body.to)) {
      const detail = 'is not an active member of this tenant with `post.approve`';
      throw ctx.invalid([{ pointer: '/to', rule: 'may_vote', limit: null, value: body.to, detail }]);
    }
    await commandApproval(ctx, row, { update: delegateUpdate, args: [{ by: caller.userId, to: body.to }] });
    return afterCommand(ctx, row.id);
  },
});
