import { sql } from 'kysely';
import type { ApprovalOutcome } from '../domain/approval.ts';
import type { ApprovalId, PostId, UserId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

export type ApprovalRow = NonNullable<Awaited<ReturnType<typeof selectApproval>>>;

export function selectApproval(trx: TenantTransaction, id: ApprovalId) {
  return approvals(trx).where('approval.id', '=', id).executeTakeFirst();
}

/** The open approval of a post, or else its last one. */
export function selectLastApproval(trx: TenantTransaction, postId: PostId) {
  return approvals(trx)
    .where('approval.post_id', '=', postId)
    .orderBy('approval.id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

export interface ApprovalFilter {
  /** Open: those on whose open step this person may vote and has not; settled: those they could have voted on. */
  readonly assignee: UserId | null;
  /** Empty: any. `open` for those that are not settled. */
  readonly outcomes: readonly (ApprovalOutcome | 'open')[];
  readonly before: ApprovalId | null;
  readonly limit: number;
}

/** Approvals of the tenant, newest first, `limit + 1` at most. */
export function selectApprovalPage(trx: TenantTransaction, { assignee, outcomes, before, limit }: ApprovalFilter) {
  const settled = outcomes.filter((outcome) => outcome !== 'open');
  return approvals(trx)
    .$if(assignee !== null, (query) => query.where(({ exists }) => exists(placeOf(trx, assignee))))
    .$if(outcomes.length > 0, (query) =>
      query.where((eb) =>
        eb.or([
          ...(outcomes.includes('open') ? [eb('approval.outcome', 'is', null)] : []),
          ...(settled.length > 0 ? [eb('approval.outcome', 'in', settled)] : []),
        ]),
      ),
    )
    .$if(before !== null, (query) => query.where('approval.id', '<', before))
    .orderBy('approval.id', 'desc')
    .limit(limit + 1)
    .execute();
}

function placeOf(trx: TenantTransaction, assignee: UserId | null) {
  return trx
    .selectFrom('approval_approver as place')
    .select('place.user_id')
    .where('place.user_id', '=', assignee)
    .where(sql<boolean>`place.tenant_id = approval.tenant_id and place.approval_id = approval.id`)
    .where(
      sql<boolean>`(approval.outcome is not null
                    or place.step_key = approval.steps -> approval.step ->> 'key'
                       and not exists (select 1 from approval_vote vote
                                       where vote.tenant_id = place.tenant_id and vote.approval_id = place.approval_id
                                         and vote.step_key = place.step_key and vote.user_id = place.user_id))`,
    );
}

function approvals(trx: TenantTransaction) {
  return trx
    .selectFrom('approval')
    .innerJoin('post', (join) =>
      join.onRef('post.tenant_id', '=', 'approval.tenant_id').onRef('post.id', '=', 'approval.post_id'),
    )
    .innerJoin('post_revision as revision', (join) =>
      join.onRef('revision.tenant_id', '=', 'approval.tenant_id').onRef('revision.id', '=', 'approval.revision_id'),
    )
    .select([
      'approval.id',
      'approval.post_id',
      'approval.content_hash',
      'approval.steps',
      'approval.step',
      'approval.outcome',
      'approval.opened_by',
      'approval.opened_at',
      'approval.settled_by',
      'approval.settled_at',
      'post.status as post_status',
      'post.version as post_version',
      'post.scheduled_at as post_scheduled_at',
      'revision.number as revision_number',
    ])
    .select(sql<string>`left(revision.content ->> 'text', 140)`.as('excerpt'));
}

/** The votes of these approvals in the order in which they were cast, each with its words. */
export async function selectVotes(trx: TenantTransaction, approvalIds: readonly ApprovalId[]) {
  if (approvalIds.length === 0) return [];
  return trx
    .selectFrom('approval_vote as vote')
    .leftJoin('approval_comment as comment', (join) =>
      join.onRef('comment.tenant_id', '=', 'vote.tenant_id').onRef('comment.id', '=', 'vote.comment_id'),
    )
    .select([
      'vote.approval_id',
      'vote.step_key',
      'vote.user_id',
      'vote.verdict',
      'vote.cast_at',
      'comment.body as comment',
    ])
    .where('vote.approval_id', 'in', approvalIds)
    .orderBy('vote.cast_at')
    .orderBy('vote.id')
    .execute();
}

export type VoteRow = Awaited<ReturnType<typeof selectVotes>>[number];

/** Whether the vote of this command has been recorded. */
export async function voteExists(trx: TenantTransaction, updateId: string): Promise<boolean> {
  const row = await trx.selectFrom('approval_vote').select('id').where('update_id', '=', updateId).executeTakeFirst();
  return row !== undefined;
}
