import type { AuthorId, ConnectionId, Instant, TenantId, ThreadId } from '../domain/ids.ts';
import { newId } from '../platform/new-id.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from './tenant.ts';

/** The thread of an author on a page, which their first message opens; it moves up by each one. */
export async function openThread(
  trx: TenantTransaction,
  { tenantId, authorId, connectionId, at, now }: ThreadOpening,
): Promise<ThreadId> {
  const { id } = await trx
    .insertInto('thread')
    .values({
      tenant_id: tenantId,
      id: newId<ThreadId>(),
      author_id: authorId,
      connection_id: connectionId,
      created_at: now,
      last_message_at: at,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'connection_id', 'author_id'])
        .doUpdateSet({ last_message_at: sql`greatest(thread.last_message_at, excluded.last_message_at)` }),
    )
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

export interface ThreadOpening {
  readonly tenantId: TenantId;
  readonly authorId: AuthorId;
  readonly connectionId: ConnectionId;
  /** Of the message. */
  readonly at: Date;
  readonly now: Date;
}

/** Where a list of threads goes on: after the last one that was shown. */
export type ThreadPosition = readonly [lastMessageAt: Instant, id: string];

const threads = (trx: TenantTransaction) =>
  trx
    .selectFrom('thread')
    .innerJoin('connection', (join) =>
      join.onRef('connection.tenant_id', '=', 'thread.tenant_id').onRef('connection.id', '=', 'thread.connection_id'),
    )
    .select(['thread.id', 'thread.author_id', 'thread.connection_id', 'thread.created_at', 'thread.last_message_at'])
    .select(['connection.network', 'connection.name as connection_name', 'connection.state as connection_state'])
    .select((eb) =>
      eb
        .selectFrom('message')
        .select('message.at')
        .whereRef('message.tenant_id', '=', 'thread.tenant_id')
        .whereRef('message.thread_id', '=', 'thread.id')
        .where('message.direction', '=', 'inbound')
        .where('message.kind', 'not in', ['reaction', 'system'])
        .orderBy('message.at', 'desc')
        .limit(1)
        .as('last_inbound_at'),
    );

export type ThreadRow = Awaited<ReturnType<typeof selectThreads>>[number];

/** The threads of an author, the one with the newest message first; one more than asked for if there are more. */
export function selectThreads(
  trx: TenantTransaction,
  authorId: AuthorId,
  { after, limit }: { after: ThreadPosition | null; limit: number },
) {
  return threads(trx)
    .where('thread.author_id', '=', authorId)
    .$if(after !== null, (query) =>
      query.where(
        sql<boolean>`(thread.last_message_at, thread.id) < (${new Date(after?.[0] ?? 0)}, ${after?.[1]}::uuid)`,
      ),
    )
    .orderBy('thread.last_message_at', 'desc')
    .orderBy('thread.id', 'desc')
    .limit(limit + 1)
    .execute();
}

export async function selectThread(trx: TenantTransaction, id: ThreadId): Promise<ThreadRow | null> {
  return (await threads(trx).where('thread.id', '=', id).executeTakeFirst()) ?? null;
}

/** The thread of an author on a page; null before their first message. */
export async function selectThreadOn(
  trx: TenantTransaction,
  { authorId, connectionId }: { authorId: AuthorId; connectionId: ConnectionId },
): Promise<ThreadRow | null> {
  const query = threads(trx).where('thread.author_id', '=', authorId).where('thread.connection_id', '=', connectionId);
  return (await query.executeTakeFirst()) ?? null;
}
