import type { ApprovalId, CampaignId, ContentHash, Instant, PostId, RevisionId, TenantId, UserId } from './ids.ts';

/** What is approved: a revision of a post, or a campaign as its hash has it. */
export type ApprovalSubject =
  | { readonly kind: 'post'; readonly postId: PostId; readonly revisionId: RevisionId }
  | { readonly kind: 'campaign'; readonly campaignId: CampaignId };

export const approvalWorkflowId = (tenantId: TenantId, approvalId: ApprovalId): string =>
  `tenant/${tenantId}/approval/${approvalId}`;

export const verdicts = ['approve', 'reject', 'request_changes'] as const;
export type Verdict = (typeof verdicts)[number];

export type ApprovalOutcome = 'approved' | 'rejected' | 'changes_requested' | 'withdrawn' | 'expired';

export type ApprovalRule =
  | { readonly kind: 'any' }
  | { readonly kind: 'all' }
  | { readonly kind: 'at_least'; readonly count: number };

export const timeouts = ['escalate', 'expire', 'hold'] as const;

/** What happens when a step's time has run out: its fallback may vote too, the approval ends, or it goes on waiting. */
export type OnTimeout = (typeof timeouts)[number];

/** How long a step may take, in minutes of business time since it opened. */
export interface StepTiming {
  /** `null`: as long as it takes. */
  readonly timeLimitMinutes: number | null;
  /** When those who have not voted are reminded, ascending. */
  readonly reminders: readonly number[];
  readonly onTimeout: OnTimeout;
}

/** A step with its people as they were when the content was submitted. */
export interface ApprovalStep extends StepTiming {
  readonly key: string;
  readonly name: string;
  readonly approvers: readonly UserId[];
  readonly rule: ApprovalRule;
  /** Who may vote too once the step has escalated. */
  readonly fallback: readonly UserId[];
  /** Whether its approvers may let somebody else vote for them. */
  readonly delegable: boolean;
}

/** A step as approvals hold it that were opened before steps had limits. */
export type SavedStep = Pick<ApprovalStep, 'key' | 'name' | 'approvers' | 'rule'> & Partial<ApprovalStep>;

/** The step with what it did not have yet when it was saved. */
export function wholeStep(step: SavedStep): ApprovalStep {
  return { timeLimitMinutes: null, reminders: [], onTimeout: 'hold', fallback: [], delegable: false, ...step };
}

export interface Settlement {
  readonly outcome: ApprovalOutcome;
  /** Who brought it about; `null` when nobody did: time, or the departure of those who were still to vote. */
  readonly by: UserId | null;
  readonly at: Instant;
}

/** An approval that was given on the open step. */
export interface Voice {
  readonly by: UserId;
  /** The approvers whose seats it fills: the voter's own, or those that the voter stands for. */
  readonly seats: readonly UserId[];
}

/** One person's votes handed to another for one approval. */
export interface Handover {
  readonly from: UserId;
  readonly to: UserId;
}

/** A stretch of time, `until` not included, in which somebody else votes for a person. */
export interface Absence {
  readonly of: UserId;
  readonly delegate: UserId;
  readonly from: Instant;
  readonly until: Instant;
}

/** When something happens on the open step. */
export interface StepClock {
  readonly deadlineAt: Instant | null;
  /** Those still to come, ascending. */
  readonly remindersAt: readonly Instant[];
}

/** Who can be reached, as the tenant knows it. */
export interface Presence {
  readonly inactive: readonly UserId[];
  readonly absences: readonly Absence[];
}

/** What an approval is opened with. */
export interface Opening {
  readonly contentHash: ContentHash;
  /** Who created, edited or submitted the content; they may not vote on it unless the policy lets them. */
  readonly authors: readonly UserId[];
  readonly steps: readonly SavedStep[];
  readonly authorsMayVote?: boolean;
  /** `null` or absent: that of the post when it was submitted, or of no post. */
  readonly revisionId?: RevisionId | null;
}

/** What the process of an approval is started with. What it is about, its rows say. */
export interface ApprovalInput extends Opening {
  /** 1: opened before steps had limits; waits for people only. */
  readonly v: 1 | 2;
  readonly tenantId: TenantId;
  readonly approvalId: ApprovalId;
}

export interface Approval extends Presence {
  readonly contentHash: ContentHash;
  /** `null` of campaigns, and in approvals that were opened without saying so. */
  readonly revisionId: RevisionId | null;
  readonly authors: readonly UserId[];
  readonly authorsMayVote: boolean;
  readonly steps: readonly ApprovalStep[];
  /** Counts the contents from 1: changed content begins another round, in which no earlier vote counts. */
  readonly round: number;
  /** Index of the open step. */
  readonly step: number;
  readonly voices: readonly Voice[];
  readonly handed: readonly Handover[];
  /** `null` until the instants of the open step are known. */
  readonly clock: StepClock | null;
  /** The fallback of the open step may vote. */
  readonly escalated: boolean;
  /** The time of the open step has run out. */
  readonly overdue: boolean;
  /** Nobody is left who could bring the open step to pass: only skipping, or somebody's return, helps. */
  readonly stranded: boolean;
  /** Counts the changes: what is written of them later never overwrites what is newer. */
  readonly turn: number;
  readonly settled: Settlement | null;
}

export function openApproval({ contentHash, authors, steps, authorsMayVote, revisionId }: Opening): Approval {
  return {
    contentHash,
    revisionId: revisionId ?? null,
    authors,
    authorsMayVote: authorsMayVote ?? false,
    steps: steps.map(wholeStep),
    round: 1,
    step: 0,
    voices: [],
    handed: [],
    inactive: [],
    absences: [],
    clock: null,
    escalated: false,
    overdue: false,
    stranded: false,
    turn: 0,
    settled: null,
  };
}

/** An approval as a worker of an earlier release hands it on. */
export type SavedApproval = Pick<Approval, 'contentHash' | 'authors' | 'step' | 'settled'> &
  Partial<Omit<Approval, 'steps'>> & { readonly steps: readonly SavedStep[] };

/** The approval with what it did not have yet. Without a number, how far it has come is its number. */
export function wholeApproval(saved: SavedApproval): Approval {
  const turn = saved.step + (saved.settled === null ? 0 : 1);
  return { ...openApproval(saved), turn, ...saved, steps: saved.steps.map(wholeStep) };
}

/** Approvals that settle a step when nothing happens to its approvers. */
export function needed({ rule, approvers }: Pick<ApprovalStep, 'rule' | 'approvers'>): number {
  switch (rule.kind) {
    case 'any':
      return 1;
    case 'all':
      return approvers.length;
    case 'at_least':
      return rule.count;
  }
}

/** The approval after what it is about was withdrawn; a settled one stays as it is. */
export function withdraw(approval: Approval, by: UserId, at: Instant): Approval {
  if (approval.settled !== null) return approval;
  return { ...approval, turn: approval.turn + 1, settled: { outcome: 'withdrawn', by, at } };
}
