import { type ApprovalRow, selectVotes, type VoteRow } from '../../db/approval-read.ts';
import { selectMemberNames } from '../../db/member-name.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { UserId } from '../../domain/ids.ts';
import type { ApprovalView } from './approval-schemas.ts';

/** Rows of approvals as callers see them, with their votes and the names of everybody in them. */
export async function presentApprovals(
  trx: TenantTransaction,
  rows: readonly ApprovalRow[],
): Promise<readonly ApprovalView[]> {
  const votes = await selectVotes(
    trx,
    rows.map((row) => row.id),
  );
  const names = await selectMemberNames(trx, [...rows.flatMap(peopleIn), ...votes.map((vote) => vote.user_id)]);
  return rows.map((row) =>
    present(
      row,
      votes.filter((vote) => vote.approval_id === row.id),
      names,
    ),
  );
}

function peopleIn(row: ApprovalRow): readonly UserId[] {
  return [
    row.opened_by,
    ...(row.settled_by === null ? [] : [row.settled_by]),
    ...row.steps.flatMap((step) => step.approvers),
  ];
}

function present(row: ApprovalRow, votes: readonly VoteRow[], names: ReadonlyMap<UserId, string>): ApprovalView {
  const named = (userId: UserId) => ({ id: userId, name: names.get(userId) ?? '' });
  return {
    id: row.id,
    outcome: row.outcome,
    revision: row.revision_number,
    contentHash: row.content_hash,
    steps: row.steps.map(({ key, name, rule, approvers }, index) => ({
      key,
      name,
      rule,
      approvers: approvers.map(named),
      state: stepState(row, index),
    })),
    votes: votes.map((vote) => ({
      step: vote.step_key,
      by: named(vote.user_id),
      verdict: vote.verdict,
      comment: vote.comment,
      at: vote.cast_at.toISOString(),
    })),
    openedBy: named(row.opened_by),
    openedAt: row.opened_at.toISOString(),
    settledBy: row.settled_by === null ? null : named(row.settled_by),
    settledAt: row.settled_at?.toISOString() ?? null,
    post: {
      id: row.post_id,
      status: row.post_status,
      version: row.post_version,
      excerpt: row.excerpt,
      scheduledAt: row.post_scheduled_at?.toISOString() ?? null,
    },
  };
}

function stepState({ step, outcome }: ApprovalRow, index: number): ApprovalView['steps'][number]['state'] {
  if (index < step) return 'passed';
  if (index > step) return 'waiting';
  return outcome === null ? 'open' : 'stopped';
}
