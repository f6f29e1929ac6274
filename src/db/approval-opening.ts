import type { ApprovalStep, ApprovalSubject } from '../domain/approval.ts';
import type { ApprovalId, BusinessCalendarId, ContentHash, PolicyId, TenantId, UserId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

export interface NewApproval {
  readonly tenantId: TenantId;
  readonly id: ApprovalId;
  readonly subject: ApprovalSubject;
  readonly contentHash: ContentHash;
  readonly policyId: PolicyId;
  readonly policyVersion: number;
  readonly steps: readonly ApprovalStep[];
  /** Unless they may vote, it is not in their list. */
  readonly authors: readonly UserId[];
  readonly authorsMayVote: boolean;
  readonly calendarId: BusinessCalendarId | null;
  readonly by: UserId;
  readonly now: Date;
}

/** Opens the approval of a revision or a campaign, with its steps as they are today, and puts it on its approvers' lists. */
export async function insertApproval(trx: TenantTransaction, approval: NewApproval): Promise<void> {
  const { tenantId, id, steps } = approval;
  await trx
    .insertInto('approval')
    .values({
      tenant_id: tenantId,
      id,
      ...subjectColumns(approval.subject),
      content_hash: approval.contentHash,
      policy_id: approval.policyId,
      policy_version: approval.policyVersion,
      steps: JSON.stringify(steps),
      authors_may_vote: approval.authorsMayVote,
      calendar_id: approval.calendarId,
      opened_by: approval.by,
      opened_at: approval.now,
    })
    .execute();
  const places = steps.flatMap((step) => placesOf(step, approval));
  if (places.length === 0) return;
  await trx
    .insertInto('approval_approver')
    .values(places.map((place) => ({ ...place, tenant_id: tenantId, approval_id: id })))
    .execute();
}

function subjectColumns(subject: ApprovalSubject) {
  return subject.kind === 'post'
    ? { post_id: subject.postId, revision_id: subject.revisionId, campaign_id: null }
    : { post_id: null, revision_id: null, campaign_id: subject.campaignId };
}

/** Everybody who can have a say on a step, each once. */
function placesOf({ key, approvers, fallback }: ApprovalStep, { authors, authorsMayVote }: NewApproval) {
  const others = fallback.filter((user) => !approvers.includes(user));
  return [
    ...approvers.map((user) => ({ step_key: key, user_id: user, standing: 'approver' as const })),
    ...others.map((user) => ({ step_key: key, user_id: user, standing: 'fallback' as const })),
  ].filter((place) => authorsMayVote || !authors.includes(place.user_id));
}

export interface NewComment {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly approvalId: ApprovalId;
  readonly by: UserId;
  readonly body: string;
  readonly now: Date;
}

/** Stores the words of a vote before it is cast. Writing the same comment again changes nothing. */
export async function insertComment(trx: TenantTransaction, comment: NewComment): Promise<void> {
  await trx
    .insertInto('approval_comment')
    .values({
      tenant_id: comment.tenantId,
      id: comment.id,
      approval_id: comment.approvalId,
      author_id: comment.by,
      body: comment.body,
      created_at: comment.now,
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'id']).doNothing())
    .execute();
}

/** Takes the words of a refused vote or skip back; those of one that counted stay. */
export async function deleteUnusedComment(trx: TenantTransaction, id: string): Promise<void> {
  await trx
    .deleteFrom('approval_comment')
    .where('id', '=', id)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('approval_vote as vote')
            .select('vote.id')
            .whereRef('vote.tenant_id', '=', 'approval_comment.tenant_id')
            .whereRef('vote.comment_id', '=', 'approval_comment.id'),
        ),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('approval_turn as turn')
            .select('turn.turn')
            .whereRef('turn.tenant_id', '=', 'approval_comment.tenant_id')
            .whereRef('turn.comment_id', '=', 'approval_comment.id'),
        ),
      ),
    )
    .execute();
}
