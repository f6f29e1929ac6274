import type { UpdateDefinition } from '@temporalio/common';
import { type ApprovalRow, selectApproval } from '../../db/approval-read.ts';
import type { ApprovalId } from '../../domain/ids.ts';
import { approvalWorkflowId } from '../../domain/approval.ts';
import { explainSettlement, settledBy } from '../posts/explain.ts';
import { type CommandContext, sendToProcess } from '../posts/send-to-process.ts';
import { untilSettled } from '../posts/until-settled.ts';
import type { Refused } from '../problem.ts';
import { type ActContext, type Answered, answer } from '../route-context.ts';
import type { approvalCommandProblems } from './approval-problems.ts';
import type { ApprovalView } from './approval-schemas.ts';
import { presentApprovals } from './present-approval.ts';

type Code = keyof typeof approvalCommandProblems;

export type ApprovalContext = CommandContext & Pick<ActContext<unknown, unknown, unknown, Code>, 'caller' | 'refuse'>;

/** Sends a command to the process of an approval that was open when it was read. */
export async function commandApproval<Answer, Args extends unknown[]>(
  ctx: ApprovalContext,
  open: ApprovalRow,
  { update, args }: { update: UpdateDefinition<Answer, Args>; args: Args },
): Promise<Answer> {
  return sendToProcess(ctx, {
    update,
    workflowId: approvalWorkflowId(ctx.caller.tenantId, open.id),
    args,
    explain: async (code, facts) => {
      if (code === 'stale_content') return openContent(await currentRow(ctx, open));
      return code === 'settled' ? ctx.inTenant((trx) => explainSettlement(trx, facts)) : {};
    },
    running: async (trx) => (await selectApproval(trx, open.id))?.outcome === null,
    ended: async (trx) => {
      const ended = await selectApproval(trx, open.id);
      if (ended === undefined || ended.outcome === null) return ctx.refuse('finished');
      return ctx.refuse('settled', await settledBy(trx, ended.outcome, ended.settled_by, ended.settled_at));
    },
  });
}

async function currentRow({ inTenant }: ApprovalContext, open: ApprovalRow): Promise<ApprovalRow> {
  return (await inTenant((trx) => selectApproval(trx, open.id))) ?? open;
}

function openContent({ content_hash: contentHash, revision_number: revision }: ApprovalRow) {
  return { extensions: { contentHash, revision } };
}

/** Throws 409 when the caller has read other content than what is open. */
export function refuseStale(
  { refuse }: Pick<ActContext<unknown, unknown, unknown, 'stale_content'>, 'refuse'>,
  open: ApprovalRow,
  { contentHash, revision }: { contentHash?: string | undefined; revision?: number | undefined },
): void {
  const otherHash = contentHash !== undefined && contentHash !== open.content_hash;
  const otherRevision = revision !== undefined && revision !== open.revision_number;
  if (otherHash || otherRevision) throw refuse('stale_content', openContent(open));
}

/** The refusal of a command to an approval that is over. */
export function refuseSettled({ inTenant, refuse }: ApprovalContext, approval: ApprovalRow): Promise<Refused> {
  const { outcome, settled_by: by, settled_at: at } = approval;
  if (outcome === null) throw new Error('an open approval is not settled');
  return inTenant(async (trx) => refuse('settled', await settledBy(trx, outcome, by, at)));
}

/** The approval once its outcome has reached what it is about, so that whoever settled it sees what came of it. */
export async function afterCommand(
  ctx: Pick<ActContext<unknown, unknown, unknown, never>, 'inTenant' | 'services' | 'refuse'>,
  id: ApprovalId,
): Promise<Answered<ApprovalView>> {
  await untilSettled(ctx, id);
  const [view] = await ctx.inTenant(async (trx) => {
    const row = await selectApproval(trx, id);
    return row === undefined ? [] : presentApprovals(trx, [row]);
  });
  if (view === undefined) throw ctx.refuse('not_found');
  return answer(view);
}
