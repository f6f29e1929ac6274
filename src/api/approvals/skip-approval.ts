import { z } from 'zod';
import { type ApprovalRow, skipExists } from '../../db/approval-read.ts';
import { skipScopes } from '../../domain/approval-command.ts';
import type { ContentHash } from '../../domain/ids.ts';
import { skipApproval as skipUpdate } from '../../workflows/approval/messages.ts';
import { defineRoute } from '../define-route.ts';
import { approvalCommandProblems, approvalProblems } from './approval-problems.ts';
import { approvalParams, approvalView } from './approval-schemas.ts';
import { afterCommand, commandApproval, refuseSettled, refuseStale } from './command-approval.ts';
import { findApproval } from './find-approval.ts';
import { withWords, wordsId } from './with-words.ts';

export const skipApproval = defineRoute({
  method: 'post',
  path: '/v1/approvals/{approvalId}/skip',
  tag: 'Approvals',
  summary: 'Go on without the votes that are missing',
  description:
    'Takes the open step, or all that are left, as passed. Needs a right of its own and a reason; both stay in the approval and in the timeline. Bound to the content like a vote, and to the step: of two who skip the same step, one does.',
  permission: 'approval.skip',
  params: approvalParams,
  body: z.strictObject({
    scope: z.enum(skipScopes).meta({ description: '`step`: the open one; `all`: it and those after it.' }),
    reason: z.string().trim().min(1).max(2_000).meta({ description: 'Why nobody could wait. Kept for good.' }),
    step: z.string().max(100).optional().meta({ description: 'The key of the step that was read; else the open one.' }),
    contentHash: z.string().optional().meta({ description: 'What was read: the skip counts for no other content.' }),
    revision: z.int().min(1).optional().meta({ description: 'What was read, by its number.' }),
  }),
  answer: { status: 200, schema: approvalView, description: 'The approval after it.' },
  refusals: {
    ...approvalCommandProblems,
    stale_content: approvalProblems.stale_content,
    step_passed: approvalProblems.step_passed,
  },
  audit: 'approval.skipped',
  act: async (ctx) => {
    const { inTenant, params, body, caller } = ctx;
    const row = await inTenant((trx) => findApproval(trx, caller, params.approvalId));
    if (row === null) throw ctx.refuse('not_found');
    if (await inTenant((trx) => skipExists(trx, wordsId(ctx.commandId)))) return afterCommand(ctx, row.id);
    if (row.outcome !== null) throw await refuseSettled(ctx, row);
    refuseStale(ctx, row, body);
    await withWords(ctx, { approvalId: row.id, words: body.reason }, async (commentId) => {
      if (commentId === null) throw new Error('a skip has no reason');
      const contentHash = (body.contentHash ?? row.content_hash) as ContentHash;
      const stepKey = body.step ?? openStepKey(row);
      const skip = { by: caller.userId, scope: body.scope, stepKey, contentHash, commentId };
      await commandApproval(ctx, row, { update: skipUpdate, args: [skip] });
    });
    return afterCommand(ctx, row.id);
  },
});

function openStepKey({ steps, step }: ApprovalRow): string {
  return steps[step]?.key ?? '';
}
