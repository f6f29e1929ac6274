import { sql } from 'kysely';
import type { CampaignState, PauseReason } from '../domain/campaign.ts';
import type { CampaignId, ConnectionId, PostId, TargetId } from '../domain/ids.ts';
import { type PostStatus, runningStatuses } from '../domain/post.ts';
import { openTargetStates, type TargetReason, type TargetState } from '../domain/publication.ts';
import type { TenantTransaction } from './tenant.ts';

/** Where a page of what waits for a connection ended. `infinity`: it has no slot. */
export type WaitingPosition = readonly [slot: string, id: string];

export interface WaitingTarget {
  readonly id: TargetId;
  readonly post_id: PostId;
  readonly post_status: PostStatus;
  readonly excerpt: string;
  readonly scheduled_at: Date | null;
  readonly state: TargetState;
  readonly reason: TargetReason | null;
  /** How many other pages the post goes to. */
  readonly other_targets: number;
}

interface Slice {
  readonly after: WaitingPosition | null;
  readonly limit: number;
}

/** What runs and has yet to go out through a connection, by slot, `limit + 1` at most. Parked or not. */
export function selectOutgoing(
  trx: TenantTransaction,
  connectionId: ConnectionId,
  slice: Slice,
): Promise<readonly WaitingTarget[]> {
  return waiting(trx, sql`target.state = any(${openTargetStates}) and ${isRunning}`, connectionId, slice);
}

/** What waits because of a connection, by slot, `limit + 1` at most. */
export function selectParked(
  trx: TenantTransaction,
  connectionId: ConnectionId,
  slice: Slice,
): Promise<readonly WaitingTarget[]> {
  // The first condition is spelt as in the partial index.
  const parked = sql`target.state in ('parked', 'unconfirmed') and target.state = 'parked'`;
  return waiting(trx, parked, connectionId, slice);
}

async function waiting(
  trx: TenantTransaction,
  condition: ReturnType<typeof sql>,
  connectionId: ConnectionId,
  { after, limit }: Slice,
): Promise<readonly WaitingTarget[]> {
  const { rows } = await sql<WaitingTarget>`
    with page as (
      select target.tenant_id, target.id, target.post_id, target.state, target.reason,
             post.status, post.scheduled_at, post.revision_id
      from post_target target
      join post on post.tenant_id = target.tenant_id and post.id = target.post_id
      where target.connection_id = ${connectionId} and ${condition}
        ${after === null ? sql`` : sql`and (coalesce(post.scheduled_at, 'infinity'), target.id) > (${after[0]}::timestamptz, ${after[1]}::uuid)`}
      order by coalesce(post.scheduled_at, 'infinity'), target.id
      limit ${limit + 1}
    )
    select page.id, page.post_id, page.status as post_status, left(revision.content ->> 'text', 140) as excerpt,
           page.scheduled_at, page.state, page.reason,
           (select count(*)::int - 1 from post_target other
             where other.tenant_id = page.tenant_id and other.post_id = page.post_id) as other_targets
    from page
    join post_revision revision on revision.tenant_id = page.tenant_id and revision.id = page.revision_id
    order by coalesce(page.scheduled_at, 'infinity'), page.id`.execute(trx);
  return rows;
}

/** How much runs and has yet to go out through a connection, and how much of it waits already. */
export async function countOutgoing(
  trx: TenantTransaction,
  connectionId: ConnectionId,
): Promise<{ readonly posts: Readonly<Partial<Record<PostStatus, number>>>; readonly parked: number }> {
  const { rows } = await sql<{ status: PostStatus; posts: number; parked: number }>`
    select post.status, count(*)::int as posts, (count(*) filter (where target.state = 'parked'))::int as parked
    from post_target target
    join post on post.tenant_id = target.tenant_id and post.id = target.post_id
    where target.connection_id = ${connectionId} and target.state = any(${openTargetStates}) and ${isRunning}
    group by post.status`.execute(trx);
  return {
    posts: Object.fromEntries(rows.map(({ status, posts }) => [status, posts])),
    parked: rows.reduce((sum, row) => sum + row.parked, 0),
  };
}

const isRunning = sql`post.status in (${sql.join(runningStatuses.map((status) => sql.lit(status)))})`;

/** A campaign that has yet to be sent, or to go on, from a number. */
export interface WaitingCampaign {
  readonly id: CampaignId;
  readonly name: string;
  readonly state: CampaignState;
  readonly pauseReason: PauseReason | null;
  /** How many other numbers it has: it stops all the same, since each person is written to from one. */
  readonly otherNumbers: number;
}

/** The campaigns that use a number and have not ended, drafts left out, by name. */
export async function selectCampaignsOf(
  trx: TenantTransaction,
  connectionId: ConnectionId,
): Promise<readonly WaitingCampaign[]> {
  const { rows } = await sql<WaitingCampaign>`
    select campaign.id, campaign.name, campaign.state, campaign.pause_reason as "pauseReason",
           (select count(*)::int - 1 from campaign_number other
             where other.tenant_id = campaign.tenant_id and other.campaign_id = campaign.id) as "otherNumbers"
    from campaign_number used
    join campaign on campaign.tenant_id = used.tenant_id and campaign.id = used.campaign_id
    where used.connection_id = ${connectionId} and campaign.state in ('in_review', 'scheduled', 'running', 'paused')
    order by campaign.name, campaign.id
    limit ${maxCampaigns}`.execute(trx);
  return rows;
}

/** More than anybody has at once. */
const maxCampaigns = 200;
