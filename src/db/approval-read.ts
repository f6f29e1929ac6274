import { sql } from 'kysely';
import type { ApprovalOutcome } from '../domain/approval.ts';
import type { ApprovalId, CampaignId, PostId, UserId } from '../domain/ids.ts';
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

/** The open approval of a campaign, or else its last one. */
export function selectLastApprovalOfCampaign(trx: TenantTransaction, campaignId: CampaignId) {
  return approvals(trx)
    .where('approval.campaign_id', '=', campaignId)
    .orderBy('approval.id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

export interface ApprovalFilter {
  /** Whether those of campaigns are among them. */
  readonly campaigns: boolean;
  /** Open: those on whose open step this person may vote and has not; settled: those they could have voted on. */
  readonly assignee: UserId | null;
  /** Empty: any. `open` for those that are not settled. */
  readonly outcomes: readonly (ApprovalOutcome | 'open')[];
  readonly before: ApprovalId | null;
  readonly limit: number;
  /** Decides who is absent. */
  readonly now: Date;
}

/** Approvals of the tenant, newest first, `limit + 1` at most. */
export async function selectApprovalPage(trx: TenantTransaction, filter: ApprovalFilter) {
  const { campaigns, assignee, outcomes, before, limit, now } = filter;
  const settled = outcomes.filter((outcome) => outcome !== 'open');
  const voter = assignee === null ? null : await selectVoter(trx, assignee, now);
  return approvals(trx)
    .$if(!campaigns, (query) => query.where('approval.campaign_id', 'is', null))
    .$if(voter !== null, (query) => query.where(({ exists }) => exists(placeOf(trx, voter))))
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

/** A person with whom they stand for: those who are absent now, and those who have handed them an approval. */
interface Voter {
  readonly user: UserId;
  readonly absent: readonly UserId[];
  readonly handed: readonly { readonly from: UserId; readonly approvalId: ApprovalId }[];
}

async function selectVoter(trx: TenantTransaction, user: UserId, now: Date): Promise<Voter> {
  const absences = await trx
    .selectFrom('absence')
    .select('user_id')
    .distinct()
    .where('delegate_id', '=', user)
    .where('starts_at', '<=', now)
    .where('ends_at', '>', now)
    .execute();
  const handed = await trx
    .selectFrom('approval_turn as turn')
    .innerJoin('approval', (join) =>
      join.onRef('approval.tenant_id', '=', 'turn.tenant_id').onRef('approval.id', '=', 'turn.approval_id'),
    )
    .select(['turn.by_user as from', 'turn.approval_id as approvalId'])
    .where('turn.kind', '=', 'delegated')
    .where('turn.to_user', '=', user)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('approval_turn as later')
            .select('later.turn')
            .whereRef('later.tenant_id', '=', 'turn.tenant_id')
            .whereRef('later.approval_id', '=', 'turn.approval_id')
            .whereRef('later.by_user', '=', 'turn.by_user')
            .where('later.kind', '=', 'delegated')
            .whereRef('later.turn', '>', 'turn.turn'),
        ),
      ),
    )
    .$narrowType<{ from: UserId }>()
    .execute();
  return { user, absent: absences.map((row) => row.user_id), handed };
}

/** A place of an approval from which this person votes, and which nobody has voted from yet. */
function placeOf(trx: TenantTransaction, voter: Voter | null) {
  return trx
    .selectFrom('approval_approver as place')
    .select('place.user_id')
    .where((eb) =>
      eb.or([
        eb('place.user_id', '=', voter?.user ?? null),
        ...(voter?.absent ?? []).map((absent) => eb.and([eb('place.user_id', '=', absent), passedOn])),
        ...(voter?.handed ?? []).map(({ from, approvalId }) =>
          eb.and([eb('place.user_id', '=', from), eb('place.approval_id', '=', approvalId), passedOn]),
        ),
      ]),
    )
    .where(sql<boolean>`place.tenant_id = approval.tenant_id and place.approval_id = approval.id`)
    .where(
      sql<boolean>`(approval.outcome is not null
                    or place.step_key = approval.steps -> approval.step ->> 'key'
                       and (place.standing = 'approver' or approval.escalated)
                       and not exists (select 1 from approval_vote vote
                                       where vote.tenant_id = place.tenant_id and vote.approval_id = place.approval_id
                                         and vote.step_key = place.step_key and vote.round = approval.round
                                         and (vote.user_id = place.user_id or vote.user_id = ${voter?.user ?? null}
                                              or jsonb_exists(vote.seats, place.user_id::text))))`,
    );
}

/** The step of the place may be voted on by somebody else. */
const passedOn = sql<boolean>`exists (select 1 from jsonb_array_elements(approval.steps) as entry (described)
                                      where described ->> 'key' = place.step_key
                                        and described -> 'delegable' = 'true')`;

function approvals(trx: TenantTransaction) {
  return trx
    .selectFrom('approval')
    .leftJoin('post', (join) =>
      join.onRef('post.tenant_id', '=', 'approval.tenant_id').onRef('post.id', '=', 'approval.post_id'),
    )
    .leftJoin('campaign', (join) =>
      join.onRef('campaign.tenant_id', '=', 'approval.tenant_id').onRef('campaign.id', '=', 'approval.campaign_id'),
    )
    .leftJoin('post_revision as revision', (join) =>
      join.onRef('revision.tenant_id', '=', 'approval.tenant_id').onRef('revision.id', '=', 'approval.revision_id'),
    )
    .select([
      'approval.id',
      'approval.post_id',
      'approval.campaign_id',
      'approval.content_hash',
      'approval.policy_id',
      'approval.policy_version',
      'approval.steps',
      'approval.authors_may_vote',
      'approval.round',
      'approval.step',
      'approval.deadline_at',
      'approval.reminders_at',
      'approval.overdue',
      'approval.escalated',
      'approval.stranded',
      'approval.outcome',
      'approval.opened_by',
      'approval.opened_at',
      'approval.settled_by',
      'approval.settled_at',
      'post.status as post_status',
      'post.version as post_version',
      'post.scheduled_at as post_scheduled_at',
      'campaign.name as campaign_name',
      'campaign.state as campaign_state',
      'campaign.version as campaign_version',
      'campaign.starts_at_local as campaign_starts_at_local',
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
    .leftJoin('post_revision as revision', (join) =>
      join.onRef('revision.tenant_id', '=', 'vote.tenant_id').onRef('revision.id', '=', 'vote.revision_id'),
    )
    .select([
      'vote.approval_id',
      'vote.step_key',
      'vote.user_id',
      'vote.verdict',
      'vote.cast_at',
      'vote.round',
      'vote.seats',
      'comment.body as comment',
      'revision.number as revision',
    ])
    .where('vote.approval_id', 'in', approvalIds)
    .orderBy('vote.cast_at')
    .orderBy('vote.id')
    .execute();
}

export type VoteRow = Awaited<ReturnType<typeof selectVotes>>[number];

/** Delegations and skips of these approvals in their order, each with its words. */
export async function selectInterventions(trx: TenantTransaction, approvalIds: readonly ApprovalId[]) {
  if (approvalIds.length === 0) return [];
  return trx
    .selectFrom('approval_turn as turn')
    .leftJoin('approval_comment as comment', (join) =>
      join.onRef('comment.tenant_id', '=', 'turn.tenant_id').onRef('comment.id', '=', 'turn.comment_id'),
    )
    .select([
      'turn.approval_id',
      'turn.kind',
      'turn.step_key',
      'turn.by_user',
      'turn.to_user',
      'turn.scope',
      'turn.at',
      'comment.body as comment',
    ])
    .where('turn.approval_id', 'in', approvalIds)
    .where('turn.kind', 'in', ['delegated', 'skipped'])
    .orderBy('turn.turn')
    .execute();
}

export type InterventionRow = Awaited<ReturnType<typeof selectInterventions>>[number];

/** Whether the vote of this command has been recorded. */
export async function voteExists(trx: TenantTransaction, updateId: string): Promise<boolean> {
  const row = await trx.selectFrom('approval_vote').select('id').where('update_id', '=', updateId).executeTakeFirst();
  return row !== undefined;
}

/** Whether a skip with this reason has been recorded. */
export async function skipExists(trx: TenantTransaction, commentId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('approval_turn')
    .select('turn')
    .where('comment_id', '=', commentId)
    .where('kind', '=', 'skipped')
    .executeTakeFirst();
  return row !== undefined;
}
