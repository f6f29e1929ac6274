import { sql } from 'kysely';
import type { Approval, ApprovalSubject, Settlement, StepClock } from '../domain/approval.ts';
import type { Vote } from '../domain/approval-vote.ts';
import type { ApprovalId, Instant, RevisionId, TenantId, UserId } from '../domain/ids.ts';
import { newId } from '../platform/new-id.ts';
import { lockSubject, settleSubject } from './approval-subject.ts';
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
  const subject = await lockSubject(trx, recorded, at);
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
  const stands = await writeStanding(trx, recorded, state);
  await appendEvents(trx, [
    {
      tenantId,
      at,
      kind: 'approval.vote',
      ...entityOf(subject),
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
  if (stands) await finishApproval(trx, recorded, { subject, approval: state });
}

/**
 * Writes where an approval stands, unless something newer is written. What belonged to another step is cleared. False:
 * nothing was written, so nothing follows from it; a campaign may have been withdrawn meanwhile.
 */
export async function writeStanding(
  trx: TenantTransaction,
  { tenantId, approvalId }: ApprovalKey,
  approval: Approval,
): Promise<boolean> {
  const { round, step, turn, overdue, escalated, stranded, settled } = approval;
  const sameStep = sql<boolean>`(round = ${round} and step = ${step})`;
  const written = await trx
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
    .where('outcome', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return written !== undefined;
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

/** What follows where an approval has just been settled: for what it is about, and for those who hear of it. */
export async function finishApproval(
  trx: TenantTransaction,
  key: ApprovalKey,
  { subject, approval }: { readonly subject: ApprovalSubject; readonly approval: Approval },
): Promise<void> {
  const { settled } = approval;
  if (settled === null || settled.outcome === 'withdrawn') return;
  const { tenantId, approvalId } = key;
  const outcome = await settleSubject(trx, key, { subject, approval, settled });
  await insertNotifications(trx, {
    ...noticeSubject(subject),
    tenantId,
    kind: 'approval_settled',
    recipients: approval.authors,
    episode: `${approvalId}/settled`,
    by: settled.by,
    at: new Date(settled.at),
    data: { approvalId, outcome },
  });
}

export function entityOf(subject: ApprovalSubject) {
  return subject.kind === 'post'
    ? ({ entity: 'post', entityId: subject.postId } as const)
    : ({ entity: 'campaign', entityId: subject.campaignId } as const);
}

/** What a notification about it is about. */
export function noticeSubject(subject: ApprovalSubject) {
  return subject.kind === 'post' ? { postId: subject.postId } : { campaignId: subject.campaignId };
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
