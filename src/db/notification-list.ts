import { sql } from 'kysely';
import type { NotificationId, UserId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/** What notifications somebody may see: those about what they may read. */
export interface Reader {
  readonly userId: UserId;
  readonly posts: boolean;
  readonly connections: boolean;
  readonly campaigns: boolean;
}

export type ListedNotification = Awaited<ReturnType<typeof selectNotifications>>[number];

/** What one person has been told, newest first, `limit + 1` at most. */
export function selectNotifications(
  trx: TenantTransaction,
  {
    reader,
    unread,
    before,
    limit,
  }: { reader: Reader; unread: boolean | null; before: NotificationId | null; limit: number },
) {
  return notifications(trx, reader)
    .$if(unread !== null, (query) => query.where('told.read_at', unread === true ? 'is' : 'is not', null))
    .$if(before !== null, (query) => query.where('told.id', '<', before))
    .orderBy('told.id', 'desc')
    .limit(limit + 1)
    .execute();
}

function notifications(trx: TenantTransaction, { userId, posts, connections, campaigns }: Reader) {
  return trx
    .selectFrom('notification as told')
    .leftJoin('post', (join) =>
      join.onRef('post.tenant_id', '=', 'told.tenant_id').onRef('post.id', '=', 'told.post_id'),
    )
    .leftJoin('post_revision as revision', (join) =>
      join.onRef('revision.tenant_id', '=', 'post.tenant_id').onRef('revision.id', '=', 'post.revision_id'),
    )
    .leftJoin('connection', (join) =>
      join.onRef('connection.tenant_id', '=', 'told.tenant_id').onRef('connection.id', '=', 'told.connection_id'),
    )
    .leftJoin('campaign', (join) =>
      join.onRef('campaign.tenant_id', '=', 'told.tenant_id').onRef('campaign.id', '=', 'told.campaign_id'),
    )
    .leftJoin('tenant_member as actor', (join) =>
      join.onRef('actor.tenant_id', '=', 'told.tenant_id').onRef('actor.user_id', '=', 'told.actor_id'),
    )
    .select([
      'told.id',
      'told.kind',
      'told.post_id',
      'told.connection_id',
      'told.campaign_id',
      'told.actor_id',
      'actor.display_name as actor_name',
      'told.data',
      'told.created_at',
      'told.read_at',
      'post.scheduled_at',
      'connection.name as page',
      'connection.network',
      'campaign.name as campaign',
    ])
    .select([
      sql<string | null>`left(revision.content ->> 'text', 280)`.as('excerpt'),
      sql<number | null>`jsonb_array_length(revision.content -> 'targets')`.as('pages'),
    ])
    .where('told.user_id', '=', userId)
    .$if(!posts, (query) => query.where('told.post_id', 'is', null))
    .$if(!connections, (query) => query.where('told.connection_id', 'is', null))
    .$if(!campaigns, (query) => query.where('told.campaign_id', 'is', null));
}

export async function countUnread(
  trx: TenantTransaction,
  { userId, posts, connections, campaigns }: Reader,
): Promise<number> {
  const { count } = await trx
    .selectFrom('notification')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('user_id', '=', userId)
    .where('read_at', 'is', null)
    .$if(!posts, (query) => query.where('post_id', 'is', null))
    .$if(!connections, (query) => query.where('connection_id', 'is', null))
    .$if(!campaigns, (query) => query.where('campaign_id', 'is', null))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Marks one as read and returns it; the first time counts. Undefined when it is not this person's. */
export async function readNotification(
  trx: TenantTransaction,
  { id, reader, now }: { id: NotificationId; reader: Reader; now: Date },
): Promise<ListedNotification | undefined> {
  await trx
    .updateTable('notification')
    .set({ read_at: now })
    .where('id', '=', id)
    .where('user_id', '=', reader.userId)
    .where('read_at', 'is', null)
    .execute();
  return notifications(trx, reader).where('told.id', '=', id).executeTakeFirst();
}

/** Marks all that one person may see as read. Returns how many were not. */
export async function readAllNotifications(
  trx: TenantTransaction,
  { reader: { userId, posts, connections, campaigns }, now }: { reader: Reader; now: Date },
): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('notification')
    .set({ read_at: now })
    .where('user_id', '=', userId)
    .where('read_at', 'is', null)
    .$if(!posts, (query) => query.where('post_id', 'is', null))
    .$if(!connections, (query) => query.where('connection_id', 'is', null))
    .$if(!campaigns, (query) => query.where('campaign_id', 'is', null))
    .executeTakeFirst();
  return Number(numUpdatedRows);
}
