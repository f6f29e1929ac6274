import { sql } from 'kysely';
import type { Approval, Settlement, StepClock } from '../domain/approval.ts';
import type { Vote } from '../domain/approval-vote.ts';
import type { ApprovalId, Instant, PostId, RevisionId, TenantId, UserId } from '../domain/ids.ts';
import { newId } from '../platform/new-id.ts';
import { appendEvents } from './event.ts';
import { insertNotifications } from './notification.ts';
import type { TenantTransaction } from './tenant.ts';

export interface ApprovalKey {
  readonly tenantId: TenantId;
  readonly approvalId: ApprovalId;
}

export interface RecordedVote extends ApprovalKey {
  readonly vote: Vote;
  readonly commentId: string | null;
  /** Index of the step that it was cast on. */
  readonly step: number;
  /** Whose seats it filled. */
  readonly seats: readonly UserId[];
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
  const postId = await turnToPost(trx, recorded, at);
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
      round: state.round,
      revision_id: state.revisionId ?? revisionOf(recorded),
      seats: JSON.stringify(recorded.seats),
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'update_id']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (inserted === undefined) return;
  await writeStanding(trx, recorded, state);
  await appendEvents(trx, [
    {
      tenantId,
      at,
      kind: 'approval.vote',
      entity: 'post',
      entityId: postId,
      actor: { kind: 'user', id: vote.by },
      data: {
        approvalId,
        step: stepKey,
        verdict: vote.verdict,
        commentId: recorded.commentId,
        standsFor: recorded.seats.filter((seat) => seat !== vote.by),
      },
    },
  ]);
  if (state.settled !== null) await tellAuthors(trx, { ...recorded, postId, settled: state.settled, approval: state });
}

/**
 * Locks the approval's post, as every writer does first, and moves the end of its timeline. The post's version stays:
 * nothing of the post itself has changed.
 */
export async function turnToPost(
  trx: TenantTransaction,
  { tenantId, approvalId }: ApprovalKey,
  at: Date,
): Promise<PostId> {
  const { id } = await trx
    .updateTable('post')
    .set((eb) => ({ updated_at: eb.fn<Date>('greatest', [eb.ref('updated_at'), eb.val(at)]) }))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', (eb) =>
      eb
        .selectFrom('approval')
        .select('post_id')
        .where('approval.tenant_id', '=', tenantId)
        .where('approval.id', '=', approvalId),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Writes where an approval stands, unless something newer is written. What belonged to another step is cleared. */
export async function writeStanding(
  trx: TenantTransaction,
  { tenantId, approvalId }: ApprovalKey,
  approval: Approval,
): Promise<void> {
  const { round, step, turn, overdue, escalated, stranded, settled } = approval;
  const sameStep = sql<boolean>`(round = ${round} and step = ${step})`;
  await trx
    .updateTable('approval')
    .set({
      round,
      step,
      turn,
      overdue,
      escalated,
      stranded,
      content_hash: approval.contentHash,
      ...(approval.revisionId === null ? {} : { revision_id: approval.revisionId }),
      deadline_at: sql<Date | null>`case when ${sameStep} then deadline_at end`,
      reminders_at: sql<string>`case when ${sameStep} then reminders_at else '[]' end`,
      ...(settled === null ? {} : settlementOf(settled)),
    })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', approvalId)
    .where('turn', '<', turn)
    .execute();
}

/** Writes the instants of a step, if it is still the open one. */
export async function writeClock(
  trx: TenantTransaction,
  { tenantId, approvalId }: ApprovalKey,
  { approval, clock }: { approval: Approval; clock: StepClock },
): Promise<void> {
  await trx
    .updateTable('approval')
    .set({
      deadline_at: clock.deadlineAt === null ? null : new Date(clock.deadlineAt),
      reminders_at: JSON.stringify(clock.remindersAt),
    })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', approvalId)
    .where('round', '=', approval.round)
    .where('step', '=', approval.step)
    .execute();
}

/** Lets those who wrote or submitted the content know how its approval ended. */
export async function tellAuthors(
  trx: TenantTransaction,
  told: ApprovalKey & { postId: PostId; settled: Settlement; approval: Approval },
): Promise<void> {
  const { tenantId, approvalId, postId, settled, approval } = told;
  if (settled.outcome === 'withdrawn') return;
  await insertNotifications(trx, {
    tenantId,
    kind: 'approval_settled',
    postId,
    recipients: approval.authors,
    episode: `${approvalId}/settled`,
    by: settled.by,
    at: new Date(settled.at),
    data: { approvalId, outcome: settled.outcome },
  });
}

/** Writes how an approval ended that no vote settled. */
export async function settleApproval(
  trx: TenantTransaction,
  { tenantId, approvalId, settled }: ApprovalKey & { settled: Settlement },
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

function revisionOf({ tenantId, approvalId }: ApprovalKey) {
  return sql<RevisionId>`(select revision_id from approval where tenant_id = ${tenantId} and id = ${approvalId})`;
}
