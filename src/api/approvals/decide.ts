import { z } from 'zod';
import { type ApprovalRow, voteExists } from '../../db/approval-read.ts';
import { verdicts } from '../../domain/approval.ts';
import type { ContentHash } from '../../domain/ids.ts';
import { decide } from '../../workflows/approval/messages.ts';
import { commandProblems } from '../posts/post-problems.ts';
import type { ActContext, Answered } from '../route-context.ts';
import { approvalCommandProblems, approvalProblems } from './approval-problems.ts';
import type { ApprovalView } from './approval-schemas.ts';
import { afterCommand, type ApprovalContext, commandApproval, refuseSettled, refuseStale } from './command-approval.ts';
import { withWords } from './with-words.ts';

const decision = z.strictObject({
  verdict: z.enum(verdicts).meta({ description: 'One rejection or request for changes settles the approval.' }),
  comment: z.string().trim().min(1).max(2_000).optional().meta({ description: 'Demanded unless approving.' }),
  contentHash: z.string().optional().meta({ description: 'What was read: the vote counts for no other content.' }),
});

interface Said {
  readonly verdict: (typeof verdicts)[number];
  readonly comment?: string | undefined;
}

const isExplained = ({ verdict, comment }: Said): boolean => verdict === 'approve' || comment !== undefined;
const explained = {
  path: ['comment'],
  error: 'is needed to reject or to ask for changes',
  params: { rule: 'required' },
};

/** A vote on a campaign. */
export const decisionBody = decision.refine(isExplained, explained);

/** A vote on a post, whose revisions have numbers. */
export const decisionOnPostBody = decision
  .extend({ revision: z.int().min(1).optional().meta({ description: 'What was read, by its number.' }) })
  .refine(isExplained, explained);

export const decisionRefusals = {
  wrong_state: commandProblems.wrong_state,
  ...approvalCommandProblems,
  stale_content: approvalProblems.stale_content,
  own_content: approvalProblems.own_content,
  not_an_approver: approvalProblems.not_an_approver,
  already_voted: approvalProblems.already_voted,
} as const;

type DecisionContext = ApprovalContext &
  Pick<
    ActContext<unknown, unknown, z.output<typeof decisionOnPostBody>, keyof typeof decisionRefusals>,
    'body' | 'commandId' | 'now' | 'refuse'
  >;

/**
 * Casts the caller's vote in an approval, and answers the approval after it. `first` is asked once it is known that the
 * vote is a new one and comes in time; it throws what stands in its way.
 */
export async function castVote(
  ctx: DecisionContext,
  open: ApprovalRow,
  first: () => Promise<void> = () => Promise.resolve(),
): Promise<Answered<ApprovalView>> {
  const { inTenant, body } = ctx;
  if (await inTenant((trx) => voteExists(trx, ctx.commandId))) return afterCommand(ctx, open.id);
  if (open.outcome !== null) throw await refuseSettled(ctx, open);
  await first();
  refuseStale(ctx, open, body);
  await withWords(ctx, { approvalId: open.id, words: body.comment ?? null }, async (commentId) => {
    // Stale already if the process has moved on: bound to what the caller read, or else to what is open.
    const contentHash = (body.contentHash ?? open.content_hash) as ContentHash;
    const vote = { by: ctx.caller.userId, verdict: body.verdict, contentHash, commentId };
    await commandApproval(ctx, open, { update: decide, args: [vote] });
  });
  return afterCommand(ctx, open.id);
}
