import { z } from 'zod';
import { type ApprovalRow, selectLastApproval, voteExists } from '../../db/approval-read.ts';
import { selectPost } from '../../db/post.ts';
import { verdicts } from '../../domain/approval.ts';
import type { ContentHash } from '../../domain/ids.ts';
import { decide } from '../../workflows/approval/messages.ts';
import { approvalCommandProblems, approvalProblems } from '../approvals/approval-problems.ts';
import { approvalView } from '../approvals/approval-schemas.ts';
import { afterCommand, commandApproval, refuseSettled, refuseStale } from '../approvals/command-approval.ts';
import { withWords } from '../approvals/with-words.ts';
import { defineRoute } from '../define-route.ts';
import type { Refused } from '../problem.ts';
import type { ActContext } from '../route-context.ts';
import { commandProblems } from './post-problems.ts';
import { postParams } from './post-schemas.ts';
import { wrongState } from './wrong-state.ts';

const decision = z
  .strictObject({
    verdict: z.enum(verdicts).meta({ description: 'One rejection or request for changes settles the approval.' }),
    comment: z.string().trim().min(1).max(2_000).optional().meta({ description: 'Demanded unless approving.' }),
    contentHash: z.string().optional().meta({ description: 'What was read: the vote counts for no other content.' }),
    revision: z.int().min(1).optional().meta({ description: 'What was read, by its number.' }),
  })
  .refine(({ verdict, comment }) => verdict === 'approve' || comment !== undefined, {
    path: ['comment'],
    error: 'is needed to reject or to ask for changes',
    params: { rule: 'required' },
  });

const refusals = {
  wrong_state: commandProblems.wrong_state,
  ...approvalCommandProblems,
  stale_content: approvalProblems.stale_content,
  own_content: approvalProblems.own_content,
  not_an_approver: approvalProblems.not_an_approver,
  already_voted: approvalProblems.already_voted,
} as const;

type DecideContext = ActContext<
  z.output<typeof postParams>,
  undefined,
  z.output<typeof decision>,
  keyof typeof refusals
>;

export const decideOnPost = defineRoute({
  method: 'post',
  path: '/v1/posts/{postId}/decisions',
  tag: 'Posts',
  summary: 'Vote on a post in review',
  description:
    'Casts the caller’s vote in the open approval of the post. A vote is bound to the content: give `contentHash` or `revision` of what was read, and it never counts for something else. The first rejection or request for changes settles the approval.',
  permission: 'post.approve',
  params: postParams,
  body: decision,
  answer: { status: 200, schema: approvalView, description: 'The approval after the vote.' },
  refusals,
  audit: 'approval.vote',
  act: async (ctx) => {
    const { inTenant, params, body } = ctx;
    const open = await inTenant((trx) => selectLastApproval(trx, params.postId));
    if (open === undefined) throw await noApproval(ctx);
    if (await inTenant((trx) => voteExists(trx, ctx.commandId))) return afterCommand(ctx, open.id);
    if (open.outcome !== null) throw await refuseSettled(ctx, open);
    refuseStale(ctx, open, body);
    await withWords(ctx, { approvalId: open.id, words: body.comment ?? null }, (commentId) =>
      castVote(ctx, open, commentId),
    );
    return afterCommand(ctx, open.id);
  },
});

async function noApproval({ inTenant, refuse, params }: DecideContext): Promise<Refused> {
  const post = await inTenant((trx) => selectPost(trx, params.postId));
  return post === undefined ? refuse('not_found') : wrongState({ refuse }, post.status);
}

async function castVote(ctx: DecideContext, open: ApprovalRow, commentId: string | null): Promise<void> {
  const { caller, body } = ctx;
  // Stale already if the process has moved on: bound to what the caller read, or else to what is open.
  const contentHash = (body.contentHash ?? open.content_hash) as ContentHash;
  await commandApproval(ctx, open, {
    update: decide,
    args: [{ by: caller.userId, verdict: body.verdict, contentHash, commentId }],
  });
}
