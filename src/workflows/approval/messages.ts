import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ApprovalOutcome } from '../../domain/approval.ts';
import type { Delegation, Skip } from '../../domain/approval-command.ts';
import type { Vote } from '../../domain/approval-vote.ts';
import type { ContentHash, RevisionId, UserId } from '../../domain/ids.ts';

/** A vote and where its words are stored; the words themselves never enter a history. */
export interface CastVote extends Vote {
  readonly commentId: string | null;
}

/** A skip and where its reason is stored. */
export interface ReasonedSkip extends Skip {
  readonly commentId: string;
}

/**
 * A person's vote. An update, because the voter must hear whether it counted. Answers the outcome, or null while the
 * approval stays open; refused with a `VoteRefusal` as failure type and detail.
 */
export const decide = defineUpdate<ApprovalOutcome | null, [CastVote]>('decide');

/** An approver lets somebody else vote, in this approval. Refused with a `DelegationRefusal`. */
export const delegateVote = defineUpdate<null, [Delegation]>('delegate');

/** Takes the open step, or all that are left, as passed. Answers like `decide`; refused with a `SkipRefusal`. */
export const skipApproval = defineUpdate<ApprovalOutcome | null, [ReasonedSkip]>('skip');

/** What readers will see has changed: the steps reopen for it, and `authors` are all who have had a hand in it. */
export interface ChangedContent {
  /** `null` of a campaign. */
  readonly revisionId: RevisionId | null;
  readonly contentHash: ContentHash;
  readonly authors: readonly UserId[];
  /** Of the message; a second delivery is dropped. */
  readonly outboxId: string;
}

/** A signal: whoever changes a post asks the post's process, which alone knows whether it comes in time. */
export const contentChanged = defineSignal<[ChangedContent]>('contentChanged');

/** Somebody whom the approval may ask has left, come back, or will be away: it looks who is there. */
export const approversChanged = defineSignal<[{ readonly outboxId: string }]>('approversChanged');

/**
 * What is in review was taken back. A signal: a post learns from the approval's result which came first, a campaign from
 * its row.
 */
export const withdrawApproval = defineSignal<[{ readonly by: UserId }]>('withdraw');
