import type { Approval, Settlement, Vote } from '../domain/approval.ts';
import type { ApprovalId, ContentHash, Instant, RevisionId, TenantId, UserId } from '../domain/ids.ts';
import { newId } from '../platform/new-id.ts';
import { appendEvents } from './event.ts';
import type { TenantTransaction } from './tenant.ts';

export interface RecordedVote {
  readonly tenantId: TenantId;
  readonly approvalId: ApprovalId;
  readonly vote: Vote;
  readonly commentId: string | null;
  /** Index of the step that it was cast on. */
  readonly step: number;
  /** The approval after the vote. */
  readonly state: Approval;
  readonly at: Instant;
  readonly updateId: string;
}

/** Writes a vote and what it did to its approval. Idempotent: an update that Temporal delivers twice is one vote. */
export async function insertVote(trx: TenantTransaction, recorded: RecordedVote): Promise<void> {
  const { tenantId, approvalId, vote, state } = recorded;
  const at = new Date(recorded.at);
  const stepKey = state.steps[recorded.step]?.key ?? '';
  const inserted = await trx
    .insertInto('approval_vote')
    .values({
      tenant_id: tenantId,
      id: newId<string>(),
      approval_id: approvalId,
      step_key: stepKey,
      user_id: vote.by,
      verdict: vote.verdict,
      comment_id: recorded.commentId,
      content_hash: vote.contentHash,
      update_id: recorded.updateId,
      cast_at: at,
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'update_id']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (inserted === undefined) return;
  const { post_id: postId } = await trx
    .updateTable('approval')
    .set({
      // Votes may be recorded out of their order: a step never goes back, a settlement is never unsaid.
      step: (eb) => eb.fn('greatest', [eb.ref('step'), eb.val(state.step)]),
      ...(state.settled === null ? {} : settlementOf(state.settled)),
    })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', approvalId)
    .returning('post_id')
    .executeTakeFirstOrThrow();
  await appendEvents(trx, [
    {
      tenantId,
      at,
      kind: 'approval.vote',
      entity: 'post',
      entityId: postId,
      actor: { kind: 'user', id: vote.by },
      data: { approvalId, step: stepKey, verdict: vote.verdict, commentId: recorded.commentId },
    },
  ]);
}

export interface Reopening {
  readonly tenantId: TenantId;
  readonly approvalId: ApprovalId;
  readonly revisionId: RevisionId;
  readonly contentHash: ContentHash;
  readonly authors: readonly UserId[];
}

/** Opens the steps again for a content that has changed; its authors are no approvers any more. */
export async function reopenApproval(trx: TenantTransaction, reopening: Reopening): Promise<void> {
  const { tenantId, approvalId, revisionId, contentHash, authors } = reopening;
  await trx
    .updateTable('approval')
    .set({ step: 0, revision_id: revisionId, content_hash: contentHash })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', approvalId)
    .where('outcome', 'is', null)
    .execute();
  await trx
    .deleteFrom('approval_approver')
    .where('tenant_id', '=', tenantId)
    .where('approval_id', '=', approvalId)
    .where('user_id', 'in', authors)
    .execute();
}

/** Writes how an approval ended that no vote settled. */
export async function settleApproval(
  trx: TenantTransaction,
  { tenantId, approvalId, settled }: { tenantId: TenantId; approvalId: ApprovalId; settled: Settlement },
): Promise<void> {
  await trx
    .updateTable('approval')
    .set(settlementOf(settled))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', approvalId)
    .where('outcome', 'is', null)
    .execute();
}

function settlementOf({ outcome, by, at }: Settlement) {
  return { outcome, settled_by: by, settled_at: new Date(at) };
}
