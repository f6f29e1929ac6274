import type { ContentHash, Instant, UserId } from './ids.ts';

export const verdicts = ['approve', 'reject', 'request_changes'] as const;
export type Verdict = (typeof verdicts)[number];

export type ApprovalOutcome = 'approved' | 'rejected' | 'changes_requested' | 'withdrawn' | 'expired';

export type ApprovalRule =
  | { readonly kind: 'any' }
  | { readonly kind: 'all' }
  | { readonly kind: 'at_least'; readonly count: number };

export interface ApprovalStep {
  readonly key: string;
  readonly name: string;
  readonly approvers: readonly UserId[];
  readonly rule: ApprovalRule;
}

export interface Settlement {
  readonly outcome: ApprovalOutcome;
  /** Who brought it about; `null` when time did. */
  readonly by: UserId | null;
  readonly at: Instant;
}

export interface Approval {
  readonly contentHash: ContentHash;
  /** Who created, edited or submitted the content; they may not vote on it. */
  readonly authors: readonly UserId[];
  readonly steps: readonly ApprovalStep[];
  /** Index of the open step. */
  readonly step: number;
  /** Approvals of the open step. */
  readonly approvals: readonly UserId[];
  readonly settled: Settlement | null;
}

export interface Vote {
  readonly by: UserId;
  readonly verdict: Verdict;
  readonly contentHash: ContentHash;
}

/** Why a vote cannot count. `settled` says what won, by whom and when. */
export type VoteRefusal =
  | ({ readonly code: 'settled' } & Settlement)
  | { readonly code: 'stale_content' | 'own_content' | 'not_an_approver' | 'already_voted' };

export function openApproval(input: Pick<Approval, 'contentHash' | 'authors' | 'steps'>): Approval {
  return { ...input, step: 0, approvals: [], settled: null };
}

/** Approvals that settle a step. */
export function needed({ rule, approvers }: ApprovalStep): number {
  switch (rule.kind) {
    case 'any':
      return 1;
    case 'all':
      return approvers.length;
    case 'at_least':
      return rule.count;
  }
}

/** Why a vote cannot count, or null. Checked before the vote changes anything. */
export function refuseVote(approval: Approval, vote: Vote): VoteRefusal | null {
  const step = approval.steps[approval.step];
  if (approval.settled !== null) return { code: 'settled', ...approval.settled };
  if (vote.contentHash !== approval.contentHash) return { code: 'stale_content' };
  if (approval.authors.includes(vote.by)) return { code: 'own_content' };
  if (step === undefined || !step.approvers.includes(vote.by)) return { code: 'not_an_approver' };
  if (approval.approvals.includes(vote.by)) return { code: 'already_voted' };
  return null;
}

/** The approval after a vote that `refuseVote` let pass. One rejection or request for changes settles it. */
export function cast(approval: Approval, vote: Vote, at: Instant): Approval {
  if (vote.verdict !== 'approve') {
    const outcome = vote.verdict === 'reject' ? 'rejected' : 'changes_requested';
    return { ...approval, settled: { outcome, by: vote.by, at } };
  }
  const approvals = [...approval.approvals, vote.by];
  const step = approval.steps[approval.step];
  if (step === undefined || approvals.length < needed(step)) return { ...approval, approvals };
  const next = approval.step + 1;
  const settled = next === approval.steps.length ? ({ outcome: 'approved', by: vote.by, at } as const) : null;
  return { ...approval, step: next, approvals: [], settled };
}

/** The first step opens again for content that has changed: no vote on the old content counts any more. */
export function reopen(approval: Approval, content: Pick<Approval, 'contentHash' | 'authors'>): Approval {
  return approval.settled === null ? { ...approval, ...content, step: 0, approvals: [] } : approval;
}

/** The approval after its post was withdrawn; a settled one stays as it is. */
export function withdraw(approval: Approval, by: UserId, at: Instant): Approval {
  return approval.settled === null ? { ...approval, settled: { outcome: 'withdrawn', by, at } } : approval;
}
