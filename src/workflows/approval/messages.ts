import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ApprovalOutcome, Vote } from '../../domain/approval.ts';
import type { ApprovalId, TenantId, UserId } from '../../domain/ids.ts';
import type { PostApproval } from '../../domain/post.ts';

export interface ApprovalInput extends PostApproval {
  readonly v: 1;
  readonly tenantId: TenantId;
}

export const approvalWorkflowId = (tenantId: TenantId, approvalId: ApprovalId): string =>
  `tenant/${tenantId}/approval/${approvalId}`;

/** A vote and where its words are stored; the words themselves never enter a history. */
export interface CastVote extends Vote {
  readonly commentId: string | null;
}

/**
 * A person's vote. An update, because the voter must hear whether it counted. Answers the outcome, or null while the
 * approval stays open; refused with a `VoteRefusal` as failure type and detail.
 */
export const decide = defineUpdate<ApprovalOutcome | null, [CastVote]>('decide');

/** The post was cancelled while in review. A signal: the post learns from the approval's result which came first. */
export const withdrawApproval = defineSignal<[{ readonly by: UserId }]>('withdraw');
