import {
  type ApprovalRow,
  type InterventionRow,
  selectInterventions,
  selectVotes,
  type VoteRow,
} from '../../db/approval-read.ts';
import { selectMemberNames } from '../../db/member-name.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import { wholeStep } from '../../domain/approval.ts';
import type { UserId } from '../../domain/ids.ts';
import type { ApprovalView } from './approval-schemas.ts';

/** What belongs to one approval. */
interface Whole {
  readonly row: ApprovalRow;
  readonly votes: readonly VoteRow[];
  readonly interventions: readonly InterventionRow[];
}

/** Rows of approvals as callers see them, with their votes and the names of everybody in them. */
export async function presentApprovals(
  trx: TenantTransaction,
  rows: readonly ApprovalRow[],
): Promise<readonly ApprovalView[]> {
  const ids = rows.map((row) => row.id);
  const votes = await selectVotes(trx, ids);
  const interventions = await selectInterventions(trx, ids);
  const wholes = rows.map((row) => ({
    row,
    votes: votes.filter((vote) => vote.approval_id === row.id),
    interventions: interventions.filter((intervention) => intervention.approval_id === row.id),
  }));
  const names = await selectMemberNames(trx, wholes.flatMap(peopleIn));
  return wholes.map((whole) => present(whole, names));
}

function peopleIn({ row, votes, interventions }: Whole): readonly UserId[] {
  return [
    row.opened_by,
    ...(row.settled_by === null ? [] : [row.settled_by]),
    ...row.steps.flatMap((step) => [...step.approvers, ...(step.fallback ?? [])]),
    ...votes.flatMap((vote) => [vote.user_id, ...vote.seats]),
    ...interventions.flatMap(({ by_user: by, to_user: to }) => [by, to].filter((user) => user !== null)),
  ];
}

function present(whole: Whole, names: ReadonlyMap<UserId, string>): ApprovalView {
  const { row, votes } = whole;
  const named: Named = (userId) => ({ id: userId, name: names.get(userId) ?? '' });
  return {
    id: row.id,
    outcome: row.outcome,
    revision: row.revision_number,
    contentHash: row.content_hash,
    policyId: row.policy_id,
    policyVersion: row.policy_version,
    authorsMayVote: row.authors_may_vote,
    round: row.round,
    steps: row.steps.map((step, index) => presentStep(whole, { step: wholeStep(step), index, named })),
    ...presentClock(row),
    ...presentInterventions(whole, named),
    votes: votes.map((vote) => ({
      step: vote.step_key,
      by: named(vote.user_id),
      standsFor: others(vote).map(named),
      verdict: vote.verdict,
      comment: vote.comment,
      revision: vote.revision,
      counts: vote.round === row.round,
      at: vote.cast_at.toISOString(),
    })),
    openedBy: named(row.opened_by),
    openedAt: row.opened_at.toISOString(),
    settledBy: row.settled_by === null ? null : named(row.settled_by),
    settledAt: row.settled_at?.toISOString() ?? null,
    post: presentPost(row),
    campaign: presentCampaign(row),
  };
}

function presentPost({ post_id: id, post_status: status, post_version: version, ...row }: ApprovalRow) {
  if (id === null || status === null || version === null) return null;
  return { id, status, version, excerpt: row.excerpt, scheduledAt: row.post_scheduled_at?.toISOString() ?? null };
}

function presentCampaign(row: ApprovalRow): ApprovalView['campaign'] {
  const { campaign_id: id, campaign_name: name, campaign_state: state, campaign_version: version } = row;
  if (id === null || name === null || state === null || version === null) return null;
  return { id, name, state, version, startsAtLocal: row.campaign_starts_at_local };
}

type Named = (userId: UserId) => { readonly id: UserId; readonly name: string };

function presentStep(
  { row, votes }: Whole,
  { step, index, named }: { step: ReturnType<typeof wholeStep>; index: number; named: Named },
): ApprovalView['steps'][number] {
  const { key, name, rule, approvers, fallback, timeLimitMinutes, onTimeout, delegable } = step;
  const voices = votes.filter(
    (vote) => vote.step_key === key && vote.round === row.round && vote.verdict === 'approve',
  );
  return {
    key,
    name,
    rule,
    approvers: approvers.map(named),
    fallback: fallback.map(named),
    timeLimitMinutes,
    onTimeout,
    delegable,
    state: stepState(row, index),
    voices: voices.map((vote) => ({ by: named(vote.user_id), standsFor: others(vote).map(named) })),
  };
}

const others = ({ user_id: by, seats }: VoteRow): readonly UserId[] => seats.filter((seat) => seat !== by);

/** What belongs to the open step means nothing once there is none. */
function presentClock({ outcome, deadline_at, reminders_at, overdue, escalated, stranded }: ApprovalRow) {
  const open = outcome === null;
  return {
    deadlineAt: open ? (deadline_at?.toISOString() ?? null) : null,
    remindersAt: open ? reminders_at.map((instant) => new Date(instant).toISOString()) : [],
    overdue,
    escalated,
    stranded,
  };
}

function presentInterventions({ interventions }: Whole, named: Named): Pick<ApprovalView, 'delegations' | 'skips'> {
  return {
    delegations: interventions.flatMap(({ step_key: step, by_user: from, to_user: to, at }) =>
      from === null || to === null ? [] : [{ step, from: named(from), to: named(to), at: at.toISOString() }],
    ),
    skips: interventions.flatMap(({ step_key: step, by_user: by, scope, comment, at }) =>
      by === null || scope === null
        ? []
        : [{ step, scope, by: named(by), reason: comment ?? '', at: at.toISOString() }],
    ),
  };
}

function stepState({ step, outcome }: ApprovalRow, index: number): ApprovalView['steps'][number]['state'] {
  if (index < step) return 'passed';
  if (index > step) return 'waiting';
  return outcome === null ? 'open' : 'stopped';
}
