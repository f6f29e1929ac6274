import type { Approval, ApprovalSubject, StepClock } from '../domain/approval.ts';
import type { Skip } from '../domain/approval-command.ts';
import { episodeOf, type TurnKind } from '../domain/approval-progress.ts';
import { awaited, fallbackOf } from '../domain/approval-seats.ts';
import type { Instant, UserId } from '../domain/ids.ts';
import type { ApprovalNoticeKind } from '../domain/notification.ts';
import { type ApprovalKey, entityOf, finishApproval, noticeSubject, writeClock, writeStanding } from './approval.ts';
import { lockSubject } from './approval-subject.ts';
import { appendEvents } from './event.ts';
import { insertNotifications } from './notification.ts';
import { touchPost } from './post-process.ts';
import type { TenantTransaction } from './tenant.ts';

/** Something that happened to an approval besides a vote. */
export interface RecordedTurn extends ApprovalKey {
  readonly kind: TurnKind;
  /** Index of the step that it happened on. */
  readonly step: number;
  /** The approval after it. */
  readonly approval: Approval;
  /** `null`: time, or the process. */
  readonly by: UserId | null;
  /** Who votes from now on; for `delegated`. */
  readonly to: UserId | null;
  /** For `skipped`. */
  readonly scope: Skip['scope'] | null;
  /** The words that give the reason; for `skipped`. */
  readonly commentId: string | null;
  /** The instants of the step; for `requested` and `reopened`. */
  readonly clock: StepClock | null;
  readonly at: Instant;
}

/**
 * Writes a turn with all that follows from it: where the approval stands, who is asked, the timeline and the notices.
 * Idempotent: a turn has a number, and is written once.
 */
export async function recordTurn(trx: TenantTransaction, turn: RecordedTurn): Promise<void> {
  const { tenantId, kind, approval, by } = turn;
  const at = new Date(turn.at);
  const subject = await lockSubject(trx, turn, at);
  if (!(await insertTurn(trx, turn))) return;
  const stands = await writeStanding(trx, turn, approval);
  if (turn.clock !== null) await writeClock(trx, turn, { approval, clock: turn.clock });
  if (kind === 'reopened') await excuseAuthors(trx, turn);
  if (subject.kind === 'post' && (kind === 'stranded' || kind === 'reassessed' || kind === 'escalated')) {
    await touchPost(trx, { tenantId, postId: subject.postId, now: at });
  }
  await appendEvents(trx, [
    {
      tenantId,
      at,
      kind: `approval.${kind}`,
      ...entityOf(subject),
      actor: by === null ? { kind: 'process' } : { kind: 'user', id: by },
      data: eventData(turn),
    },
  ]);
  await notify(trx, turn, subject);
  if (stands) await finishApproval(trx, turn, { subject, approval });
}

async function insertTurn(trx: TenantTransaction, turn: RecordedTurn): Promise<boolean> {
  const { approval, kind } = turn;
  const inserted = await trx
    .insertInto('approval_turn')
    .values({
      tenant_id: turn.tenantId,
      approval_id: turn.approvalId,
      turn: approval.turn,
      round: approval.round,
      step_key: stepKeyOf(turn),
      kind,
      by_user: turn.by,
      to_user: turn.to,
      scope: turn.scope,
      comment_id: turn.commentId,
      at: new Date(turn.at),
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'approval_id', 'turn']).doNothing())
    .returning('turn')
    .executeTakeFirst();
  return inserted !== undefined;
}

function stepKeyOf({ approval, step }: RecordedTurn): string {
  return approval.steps[step]?.key ?? '';
}

/** Who has edited the content since may not vote on it, so it leaves their list. */
async function excuseAuthors(trx: TenantTransaction, { tenantId, approvalId, approval }: RecordedTurn): Promise<void> {
  if (approval.authorsMayVote || approval.authors.length === 0) return;
  await trx
    .deleteFrom('approval_approver')
    .where('tenant_id', '=', tenantId)
    .where('approval_id', '=', approvalId)
    .where('user_id', 'in', approval.authors)
    .execute();
}

function eventData(turn: RecordedTurn): Record<string, unknown> {
  const { approvalId, to, scope, commentId, clock } = turn;
  return {
    approvalId,
    step: stepKeyOf(turn),
    ...(to === null ? {} : { to }),
    ...(scope === null ? {} : { scope }),
    ...(commentId === null ? {} : { commentId }),
    ...(clock === null ? {} : { deadlineAt: isoOf(clock.deadlineAt) }),
  };
}

async function notify(trx: TenantTransaction, turn: RecordedTurn, subject: ApprovalSubject): Promise<void> {
  const notice = noticeOf(turn);
  if (notice === null) return;
  const { tenantId, approvalId, approval, by, at } = turn;
  await insertNotifications(trx, {
    ...notice,
    ...noticeSubject(subject),
    tenantId,
    episode: `${approvalId}/${episodeOf(approval)}/${approval.turn}`,
    by,
    at: new Date(at),
    data: { approvalId, deadlineAt: isoOf((turn.clock ?? approval.clock)?.deadlineAt ?? null) },
  });
}

function noticeOf(turn: RecordedTurn): { kind: ApprovalNoticeKind; recipients: readonly UserId[] } | null {
  const { kind, approval, at, to } = turn;
  switch (kind) {
    case 'requested':
    case 'reopened':
      return { kind: 'approval_requested', recipients: awaited(approval, at) };
    case 'reminded':
      return { kind: 'approval_reminder', recipients: awaited(approval, at) };
    case 'escalated':
      return { kind: 'approval_escalated', recipients: fallbackOf(approval) };
    case 'overdue':
      return { kind: 'approval_overdue', recipients: [...awaited(approval, at), ...approval.authors] };
    case 'delegated':
      return to === null ? null : { kind: 'approval_delegated', recipients: [to] };
    case 'expired':
    case 'stranded':
    case 'reassessed':
    case 'skipped':
      return null;
  }
}

function isoOf(instant: Instant | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}
