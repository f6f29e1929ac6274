import type { Approval, Settlement, Verdict } from './approval.ts';
import { settleStep } from './approval-progress.ts';
import { mayVote, passes, seatsFilledBy } from './approval-seats.ts';
import type { ContentHash, Instant, UserId } from './ids.ts';

export interface Vote {
  readonly by: UserId;
  readonly verdict: Verdict;
  readonly contentHash: ContentHash;
}

/** Why a vote cannot count. `settled` says what won, by whom and when. */
export type VoteRefusal =
  | ({ readonly code: 'settled' } & Settlement)
  | { readonly code: 'stale_content' | 'own_content' | 'not_an_approver' | 'already_voted' };

/** Why a vote cannot count at this instant, or null. Checked before the vote changes anything. */
export function refuseVote(approval: Approval, vote: Vote, now: Instant): VoteRefusal | null {
  if (approval.settled !== null) return { code: 'settled', ...approval.settled };
  if (vote.contentHash !== approval.contentHash) return { code: 'stale_content' };
  if (!approval.authorsMayVote && approval.authors.includes(vote.by)) return { code: 'own_content' };
  if (approval.voices.some(({ by }) => by === vote.by)) return { code: 'already_voted' };
  if (!mayVote(approval, vote.by, now)) return { code: 'not_an_approver' };
  if (spokenFor(approval, vote.by, now)) return { code: 'already_voted' };
  return null;
}

/** Somebody has voted for this person, or this person's principals have themselves. */
function spokenFor(approval: Approval, user: UserId, now: Instant): boolean {
  return seatsFilledBy(approval, user, now).length === 0 && !lastResort(approval);
}

/** The fallback of `all`, where nobody is left whom it could stand for. */
const lastResort = (approval: Approval): boolean => approval.voices.length === 0 && approval.escalated;

/** The approval after a vote that `refuseVote` let pass. One rejection or request for changes settles it. */
export function cast(approval: Approval, vote: Vote, at: Instant): Approval {
  const turn = approval.turn + 1;
  if (vote.verdict !== 'approve') {
    const outcome = vote.verdict === 'reject' ? 'rejected' : 'changes_requested';
    return { ...approval, turn, settled: { outcome, by: vote.by, at } };
  }
  const voice = { by: vote.by, seats: seatsFilledBy(approval, vote.by, at) };
  const heard = { ...approval, turn, voices: [...approval.voices, voice] };
  return passes(heard) ? settleStep(heard, { by: vote.by, at }) : heard;
}
