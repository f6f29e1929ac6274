import { sql } from 'kysely';
import type { ConnectionId, PostId, TenantId, UserId } from '../domain/ids.ts';
import { postWorkflowId, runningStatuses } from '../domain/post.ts';
import type { RunningPost } from './halt.ts';
import { enqueueAll } from './outbox.ts';
import type { ProcessMessage } from './process-message.ts';
import type { TenantTransaction } from './tenant.ts';

/** A page and the sealed token that acts for it; `access_token` is null once the grant has been thrown away. */
export async function selectConnectionAccess(trx: TenantTransaction, id: ConnectionId) {
  const row = await trx
    .selectFrom('connection')
    .leftJoin('connection_secret as secret', (join) =>
      join.onRef('secret.tenant_id', '=', 'connection.tenant_id').onRef('secret.connection_id', '=', 'connection.id'),
    )
    .select(['connection.network', 'connection.grant_kind', 'connection.external_id', 'connection.details'])
    .select(['connection.state', 'connection.grant_version', 'connection.connected_at', 'connection.last_checked_at'])
    .select(['secret.access_token', 'secret.token_version'])
    .where('connection.id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

/** The running posts that a repair of this page lets go on: parked, or not to be looked for while it was broken. */
export function selectWaitingPosts(trx: TenantTransaction, id: ConnectionId): Promise<{ id: PostId; run: number }[]> {
  return (
    trx
      .selectFrom('post_target as target')
      .innerJoin('post', (join) =>
        join.onRef('post.tenant_id', '=', 'target.tenant_id').onRef('post.id', '=', 'target.post_id'),
      )
      .select(['post.id', 'post.run'])
      .where('target.connection_id', '=', id)
      // Spelt as in the partial index.
      .where(sql<boolean>`target.state in ('parked', 'unconfirmed')`)
      .orderBy('post.id')
      .execute()
  );
}

/** The running posts that have yet to go to this page, parked or not. First what is due first. */
export function selectOutgoingPosts(trx: TenantTransaction, id: ConnectionId): Promise<RunningPost[]> {
  return trx
    .selectFrom('post')
    .select(['id', 'run'])
    .where('status', 'in', runningStatuses)
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('post_target')
        .select('post_id')
        .where('connection_id', '=', id)
        .where('state', 'not in', ['published', 'rejected', 'cancelled']),
    )
    .orderBy(sql`scheduled_at nulls last`)
    .orderBy('id')
    .execute();
}

/** Tells the process of every running post that has yet to go to this page. */
export async function tellOutgoingPosts(
  trx: TenantTransaction,
  { tenantId, connectionId }: { tenantId: TenantId; connectionId: ConnectionId },
  { message, now }: { message: ProcessMessage; now: Date },
): Promise<void> {
  const posts = await selectOutgoingPosts(trx, connectionId);
  const workflowIds = posts.map(({ id, run }) => postWorkflowId(tenantId, id, run));
  await enqueueAll(trx, { tenantId, workflowIds, message, now });
}

/** Says that nothing goes out there for now. False if somebody has said so before. */
export async function suspendConnection(
  trx: TenantTransaction,
  id: ConnectionId,
  { by, now }: { by: UserId; now: Date },
): Promise<boolean> {
  const suspended = await trx
    .updateTable('connection')
    .set({ suspended_at: now, suspended_by: by })
    .where('id', '=', id)
    .where('suspended_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return suspended !== undefined;
}

/** Takes a suspension back. False if there was none. */
export async function resumeConnection(trx: TenantTransaction, id: ConnectionId): Promise<boolean> {
  const resumed = await trx
    .updateTable('connection')
    .set({ suspended_at: null, suspended_by: null })
    .where('id', '=', id)
    .where('suspended_at', 'is not', null)
    .returning('id')
    .executeTakeFirst();
  return resumed !== undefined;
}
