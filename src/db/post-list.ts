import { type Kysely, sql } from 'kysely';
import type { ConnectionId, MediaId, PostId, TargetId, UserId } from '../domain/ids.ts';
import type { FileFacts } from '../domain/media.ts';
import type { PublishingNetwork } from '../domain/network.ts';
import type { PostStatus } from '../domain/post.ts';
import type { TargetState } from '../domain/publication.ts';
import type { Database } from './schema.ts';

export interface PostFilter {
  /** Empty: any. */
  readonly statuses: readonly PostStatus[];
  readonly connectionId: ConnectionId | null;
  readonly authorId: UserId | null;
  /** Looked for in every text of the current revision, whatever the case. */
  readonly text: string | null;
  /** From inclusive, to exclusive. */
  readonly created: Span;
  readonly scheduled: Span;
  /** Only attention: true to see those that need a person. */
  readonly attention: boolean | null;
  readonly before: PostId | null;
  readonly limit: number;
}

interface Span {
  readonly from: Date | null;
  readonly to: Date | null;
}

export interface ListedPost {
  readonly id: PostId;
  readonly status: PostStatus;
  readonly attention: boolean;
  readonly missed_slot: boolean;
  readonly scheduled_at: Date | null;
  readonly published_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly version: number;
  readonly author_id: UserId;
  readonly author_name: string;
  readonly excerpt: string;
  readonly media_ids: readonly MediaId[];
  readonly first_media_kind: FileFacts['kind'] | null;
  readonly targets: readonly ListedTarget[];
}

export interface ListedTarget {
  readonly id: TargetId;
  readonly connectionId: ConnectionId;
  readonly connectionName: string;
  readonly network: PublishingNetwork;
  readonly state: TargetState;
  readonly permalink: string | null;
  readonly removed: boolean;
}

const excerptLength = 140;

/**
 * A page of posts, newest first, `limit + 1` at most, in one statement: the page is cut from `post` alone before anything is joined to it.
 * Execute it inside a tenant transaction.
 */
export function postList(db: Kysely<Database>, filter: PostFilter) {
  return db
    .with('page', () => pageOf(db, filter))
    .selectFrom('page as post')
    .innerJoin('post_revision as revision', (join) =>
      join.onRef('revision.tenant_id', '=', 'post.tenant_id').onRef('revision.id', '=', 'post.revision_id'),
    )
    .innerJoin('tenant_member as author', (join) =>
      join.onRef('author.tenant_id', '=', 'post.tenant_id').onRef('author.user_id', '=', 'post.created_by'),
    )
    .select([
      'post.id',
      'post.status',
      'post.attention',
      'post.missed_slot',
      'post.scheduled_at',
      'post.published_at',
      'post.created_at',
      'post.updated_at',
      'post.version',
      'post.created_by as author_id',
      'author.display_name as author_name',
      sql<string>`left(revision.content ->> 'text', ${sql.lit(excerptLength)})`.as('excerpt'),
      sql<readonly MediaId[]>`revision.content -> 'mediaIds'`.as('media_ids'),
      firstMediaKind().as('first_media_kind'),
      targetsOfPost().as('targets'),
    ])
    .orderBy('post.id', 'desc');
}

function pageOf(db: Kysely<Database>, filter: PostFilter) {
  const page = db
    .selectFrom('post')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(sql.lit(filter.limit + 1));
  if (filter.text !== null) return page.where('id', 'in', found(filter.text, filter));
  const { statuses, connectionId, authorId, created, scheduled, attention, before } = filter;
  return page
    .$if(statuses.length > 0, (query) => query.where('status', 'in', statuses))
    .$if(authorId !== null, (query) => query.where('created_by', '=', authorId))
    .$if(attention !== null, (query) => query.where('attention', '=', attention))
    .$if(created.from !== null, (query) => query.where('created_at', '>=', created.from))
    .$if(created.to !== null, (query) => query.where('created_at', '<', created.to))
    .$if(scheduled.from !== null, (query) => query.where('scheduled_at', '>=', scheduled.from))
    .$if(scheduled.to !== null, (query) => query.where('scheduled_at', '<', scheduled.to))
    .$if(connectionId !== null, (query) =>
      query.where('id', 'in', (eb) =>
        eb.selectFrom('post_target').select('post_id').where('connection_id', '=', connectionId),
      ),
    )
    .$if(before !== null, (query) => query.where('id', '<', before));
}

/** The search takes all filters in: it knows which posts to look through, and when it has found enough. */
function found(text: string, filter: PostFilter) {
  const { statuses, connectionId, authorId, created, scheduled, attention, before, limit } = filter;
  return sql<PostId>`(select search_post(
    ${`%${escapeLike(text)}%`}, ${before}, ${limit + 1}, ${statuses.length === 0 ? null : statuses}::text[],
    ${authorId}, ${connectionId}, ${attention}, ${created.from}, ${created.to}, ${scheduled.from}, ${scheduled.to}))`;
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
}

function firstMediaKind() {
  return sql<FileFacts['kind'] | null>`(
    select case split_part(media.mime_type, '/', 1) when 'image' then 'image' when 'video' then 'video' else 'document' end
    from media
    where media.tenant_id = post.tenant_id and media.id = (revision.content -> 'mediaIds' ->> 0)::uuid)`;
}

function targetsOfPost() {
  return sql<readonly ListedTarget[]>`coalesce((
    select json_agg(json_build_object('id', target.id, 'connectionId', target.connection_id,
                                      'connectionName', connection.name, 'network', connection.network,
                                      'state', target.state, 'permalink', target.permalink,
                                      'removed', target.removed_at is not null)
                    order by target.id)
    from post_target target
    join connection on connection.tenant_id = target.tenant_id and connection.id = target.connection_id
    where target.tenant_id = post.tenant_id and target.post_id = post.id), '[]')`;
}
