import { sql } from 'kysely';
import { type StateHeldByHalt, statesHeldByHalt } from '../domain/campaign.ts';
import type { CampaignId, ConnectionId, HaltId, PostId, TargetId } from '../domain/ids.ts';
import type { PublishingNetwork } from '../domain/network.ts';
import type { PostStatus } from '../domain/post.ts';
import type { TargetReason, TargetState } from '../domain/publication.ts';
import type { TenantTransaction } from './tenant.ts';

/** Where a page of held posts ended: its sort key. */
export type HeldPosition = readonly [dueAt: string, postId: PostId];

export interface HeldPost {
  readonly id: PostId;
  readonly status: PostStatus;
  readonly scheduled_at: Date;
  readonly excerpt: string;
  readonly targets: readonly {
    readonly id: TargetId;
    readonly connectionId: ConnectionId;
    readonly connectionName: string;
    readonly network: PublishingNetwork;
    readonly state: TargetState;
    readonly reason: TargetReason | null;
  }[];
}

/**
 * What a stop holds back: posts that would go out by themselves, with the targets that have yet to. In the order in
 * which they are due, `limit + 1` at most. Read from the rows, so that a process that has not heard yet is in it too.
 */
export async function selectHeldPosts(
  trx: TenantTransaction,
  { haltId, after, limit }: { haltId: HaltId; after: HeldPosition | null; limit: number },
): Promise<readonly HeldPost[]> {
  const { rows } = await sql<HeldPost>`
    select post.id, post.status, post.scheduled_at,
           left(revision.content ->> 'text', 140) as excerpt, open.targets
    from post
    join post_revision revision on revision.tenant_id = post.tenant_id and revision.id = post.revision_id
    cross join lateral (
      select json_agg(json_build_object('id', target.id, 'connectionId', target.connection_id,
                                        'connectionName', connection.name, 'network', connection.network,
                                        'state', target.state, 'reason', target.reason) order by target.id) as targets
      from post_target target
      join connection on connection.tenant_id = target.tenant_id and connection.id = target.connection_id
      where target.tenant_id = post.tenant_id and target.post_id = post.id
        and target.state in ('waiting', 'processing', 'parked')
    ) open
    where ${isHeld(haltId)} and open.targets is not null
      ${after === null ? sql`` : sql`and (post.scheduled_at, post.id) > (${after[0]}::timestamptz, ${after[1]}::uuid)`}
    order by post.scheduled_at, post.id
    limit ${limit + 1}`.execute(trx);
  return rows;
}

/** How many posts a stop holds back, and how many of them should have gone out by `now`. */
export async function countHeldPosts(
  trx: TenantTransaction,
  { haltId, now }: { haltId: HaltId; now: Date },
): Promise<{ readonly posts: number; readonly passed: number }> {
  const { rows } = await sql<{ posts: number; passed: number }>`
    select count(*)::int as posts, count(*) filter (where post.scheduled_at <= ${now})::int as passed
    from post
    where ${isHeld(haltId)}
      and exists (select 1 from post_target target
                  where target.tenant_id = post.tenant_id and target.post_id = post.id
                    and target.state in ('waiting', 'processing', 'parked'))`.execute(trx);
  return rows[0] ?? { posts: 0, passed: 0 };
}

export interface HeldCampaign {
  readonly id: CampaignId;
  readonly name: string;
  readonly state: StateHeldByHalt;
  readonly starts_at_local: string | null;
  readonly recipients: number | null;
}

/** The campaigns that a stop holds back: those that would start or go on by themselves. Newest first. */
export async function selectHeldCampaigns(trx: TenantTransaction, limit: number): Promise<readonly HeldCampaign[]> {
  const { rows } = await sql<HeldCampaign>`
    select id, name, state, starts_at_local, recipients from campaign where ${campaignIsHeld}
    order by id desc limit ${limit}`.execute(trx);
  return rows;
}

export async function selectHeldCampaignIds(trx: TenantTransaction): Promise<readonly CampaignId[]> {
  const { rows } = await sql<{ id: CampaignId }>`select id from campaign where ${campaignIsHeld}`.execute(trx);
  return rows.map(({ id }) => id);
}

export async function countHeldCampaigns(trx: TenantTransaction): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int from campaign where ${campaignIsHeld}`.execute(
    trx,
  );
  return rows[0]?.count ?? 0;
}

const campaignIsHeld = sql`state in (${sql.join(statesHeldByHalt.map((state) => sql.lit(state)))})`;

function isHeld(haltId: HaltId) {
  return sql`post.status in ('scheduled', 'publishing') and post.scheduled_at is not null
    and not exists (select 1 from tenant_halt_exemption exempt
                    where exempt.tenant_id = post.tenant_id and exempt.halt_id = ${haltId}
                      and exempt.post_id = post.id)`;
}
