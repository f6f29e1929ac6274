import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ApprovalOutcome } from '../../domain/approval.ts';
import type { Delegation, Skip } from '../../domain/approval-command.ts';
import type { Vote } from '../../domain/approval-vote.ts';
import type { ApprovalId, ContentHash, RevisionId, TenantId, UserId } from '../../domain/ids.ts';
import type { PostApproval } from '../../domain/post.ts';

export interface ApprovalInput extends Omit<PostApproval, 'v'> {
  /** 1: opened before steps had limits; waits for people only. */
  readonly v: 1 | 2;
  readonly tenantId: TenantId;
}

export const approvalWorkflowId = (tenantId: TenantId, approvalId: ApprovalId): string =>
  `tenant/${tenantId}/approval/${approvalId}`;

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
  readonly revisionId: RevisionId;
  readonly contentHash: ContentHash;
  readonly authors: readonly UserId[];
  /** Of the message; a second delivery is dropped. */
  readonly outboxId: string;
}

/** A signal: whoever changes the content asks the post's process, which alone knows whether it comes in time. */
export const contentChanged = defineSignal<[ChangedContent]>('contentChanged');

/** Somebody whom the approval may ask has left, come back, or will be away: it looks who is there. */
export const approversChanged = defineSignal<[{ readonly outboxId: string }]>('approversChanged');

/** The post was cancelled while in review. A signal: the post learns from the approval's result which came first. */
export const withdrawApproval = defineSignal<[{ readonly by: UserId }]>('withdraw');
