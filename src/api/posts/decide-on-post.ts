import { v5 as uuidv5 } from 'uuid';
import { z } from 'zod';
import { deleteUnusedComment, insertComment } from '../../db/approval-opening.ts';
import { type ApprovalRow, selectApproval, selectLastApproval, voteExists } from '../../db/approval-read.ts';
import { selectPost } from '../../db/post.ts';
import { verdicts } from '../../domain/approval.ts';
import type { ContentHash } from '../../domain/ids.ts';
import { approvalWorkflowId, decide } from '../../workflows/approval/messages.ts';
import { approvalView } from '../approvals/approval-schemas.ts';
import { presentApprovals } from '../approvals/present-approval.ts';
import { defineRoute } from '../define-route.ts';
import { Refused } from '../problem.ts';
import { type ActContext, type Answered, answer } from '../route-context.ts';
import { explainRefusal, settledBy } from './explain.ts';
import { commandProblems } from './post-problems.ts';
import { postParams } from './post-schemas.ts';
import { sendToProcess } from './send-to-process.ts';
import { untilSettled } from './until-settled.ts';
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
  settled: commandProblems.settled,
  finished: commandProblems.finished,
  stale_content: {
    status: 409,
    title: 'Stale content',
    description: 'The content was changed since it was read; `contentHash` and `revision` name what is open now.',
    example: { revision: 3 },
  },
  own_content: {
    status: 403,
    title: 'Own content',
    description: 'Whoever created, edited or submitted the content may not vote on it.',
  },
  not_an_approver: {
    status: 403,
    title: 'Not an approver',
    description: 'The caller is not among the approvers of the open step.',
  },
  already_voted: { status: 409, title: 'Already voted', description: 'The caller has voted on this step before.' },
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
    const { inTenant, params } = ctx;
    const open = await inTenant((trx) => selectLastApproval(trx, params.postId));
    if (open === undefined) throw await noApproval(ctx);
    if (await inTenant((trx) => voteExists(trx, ctx.commandId))) return afterVote(ctx, open);
    if (open.outcome !== null) throw await settledRefusal(ctx, open);
    refuseStale(ctx, open);
    const commentId = await storeComment(ctx, open);
    try {
      await castVote(ctx, open, commentId);
    } catch (error) {
      // An unanswered vote may yet count: its words must stay.
      const refused = error instanceof Refused && error.kind.status < 500;
      if (refused && commentId !== null) await inTenant((trx) => deleteUnusedComment(trx, commentId));
      throw error;
    }
    return afterVote(ctx, open);
  },
});

async function noApproval({ inTenant, refuse, params }: DecideContext): Promise<Refused> {
  const post = await inTenant((trx) => selectPost(trx, params.postId));
  return post === undefined ? refuse('not_found') : wrongState({ refuse }, post.status);
}

function settledRefusal({ inTenant, refuse }: DecideContext, approval: ApprovalRow): Promise<Refused> {
  const { outcome, settled_by: by, settled_at: at } = approval;
  if (outcome === null) throw new Error('an open approval is not settled');
  return inTenant(async (trx) => refuse('settled', await settledBy(trx, outcome, by, at)));
}

function refuseStale({ body, refuse }: DecideContext, open: ApprovalRow): void {
  const otherHash = body.contentHash !== undefined && body.contentHash !== open.content_hash;
  const otherRevision = body.revision !== undefined && body.revision !== open.revision_number;
  if (otherHash || otherRevision) throw refuse('stale_content', openContent(open));
}

function openContent({ content_hash: contentHash, revision_number: revision }: ApprovalRow) {
  return { extensions: { contentHash, revision } };
}

/** Under an id that follows from the command: a request that is repeated stores its words once. */
async function storeComment({ body, caller, commandId, inTenant, now }: DecideContext, open: ApprovalRow) {
  const { comment } = body;
  if (comment === undefined) return null;
  const id = uuidv5(commandId, commentNamespace);
  const { tenantId, userId } = caller;
  await inTenant((trx) => insertComment(trx, { tenantId, id, approvalId: open.id, by: userId, body: comment, now }));
  return id;
}

const commentNamespace = 'f3a1c9f2-8a0e-4a3e-9d4f-3f4b8c2d1e60';

async function castVote(ctx: DecideContext, open: ApprovalRow, commentId: string | null): Promise<void> {
  const { caller, body, params } = ctx;
  // Stale already if the process has moved on: bound to what the caller read, or else to what is open.
  const contentHash = (body.contentHash ?? open.content_hash) as ContentHash;
  await sendToProcess(ctx, {
    update: decide,
    workflowId: approvalWorkflowId(caller.tenantId, open.id),
    args: [{ by: caller.userId, verdict: body.verdict, contentHash, commentId }],
    explain: (code, facts) =>
      code === 'stale_content'
        ? openContent(open)
        : ctx.inTenant((trx) => explainRefusal(trx, code, facts, params.postId)),
    running: async (trx) => (await selectApproval(trx, open.id))?.outcome === null,
    ended: async (trx) => {
      const ended = await selectApproval(trx, open.id);
      if (ended === undefined || ended.outcome === null) return ctx.refuse('finished');
      return ctx.refuse('settled', await settledBy(trx, ended.outcome, ended.settled_by, ended.settled_at));
    },
  });
}

/** The approval once its outcome has reached the post, so that whoever voted sees what came of it. */
async function afterVote(ctx: DecideContext, { id }: ApprovalRow): Promise<Answered<z.input<typeof approvalView>>> {
  await untilSettled(ctx, id);
  const [view] = await ctx.inTenant(async (trx) => {
    const row = await selectApproval(trx, id);
    return row === undefined ? [] : presentApprovals(trx, [row]);
  });
  if (view === undefined) throw ctx.refuse('not_found');
  return answer(view);
}
