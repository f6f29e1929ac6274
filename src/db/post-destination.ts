import { sql } from 'kysely';
import type { ConnectionState } from '../domain/connection.ts';
import { problemOf } from '../domain/connection-health.ts';
import type { ConnectionId, PostId, TargetId, TenantId } from '../domain/ids.ts';
import { type PublishingNetwork, publishingNetworks } from '../domain/network.ts';
import type { GrantProblem } from '../domain/publication.ts';
import { newId } from '../platform/new-id.ts';
import { standingOf } from './connection-standing.ts';
import type { TenantTransaction } from './tenant.ts';

/** A page that a post may go to, as far as a post has to know it. */
export interface Destination {
  readonly id: ConnectionId;
  readonly network: PublishingNetwork;
  readonly name: string;
  readonly state: ConnectionState;
  /** What keeps posts from going there; `null`: nothing that is known. */
  readonly problem: GrantProblem | null;
  /** A person has said that nothing goes out there for now. */
  readonly suspended: boolean;
}

/** Those of the connections that the tenant has and that posts can go to. */
export async function selectDestinations(
  trx: TenantTransaction,
  ids: readonly ConnectionId[],
): Promise<ReadonlyMap<ConnectionId, Destination>> {
  if (ids.length === 0) return new Map();
  const rows = await trx
    .selectFrom('connection')
    .select(['id', 'network', 'grant_kind', 'name', 'state', 'missing_scopes', 'last_error'])
    .select(sql<boolean>`suspended_at is not null`.as('suspended'))
    .where('id', 'in', [...new Set(ids)])
    .where('network', 'in', publishingNetworks)
    .$narrowType<{ network: PublishingNetwork }>()
    .execute();
  return new Map(
    rows.map((row) => {
      const { id, network, name, state, suspended } = row;
      return [id, { id, network, name, state, suspended, problem: problemOf('publish', standingOf(row)) }];
    }),
  );
}

/** Keeps the targets of a post that nothing runs for in step with the connections that its content names. */
export async function alignTargets(
  trx: TenantTransaction,
  { tenantId, postId, connectionIds }: { tenantId: TenantId; postId: PostId; connectionIds: readonly ConnectionId[] },
): Promise<void> {
  await trx
    .deleteFrom('post_target')
    .where('post_id', '=', postId)
    .$if(connectionIds.length > 0, (query) => query.where('connection_id', 'not in', connectionIds))
    .execute();
  if (connectionIds.length === 0) return;
  await trx
    .insertInto('post_target')
    .values(
      connectionIds.map((connectionId) => ({
        tenant_id: tenantId,
        id: newId<TargetId>(),
        post_id: postId,
        connection_id: connectionId,
        state: 'waiting' as const,
      })),
    )
    .onConflict((conflict) => conflict.columns(['tenant_id', 'post_id', 'connection_id']).doNothing())
    .execute();
}

/** Sets the targets of a post back to their start, for a new run of its process. */
export async function resetTargets(trx: TenantTransaction, postId: PostId): Promise<void> {
  await trx
    .updateTable('post_target')
    .set({ state: 'waiting', reason: null, prepared: null })
    .where('post_id', '=', postId)
    .where('state', '<>', 'published')
    .execute();
}

export type TargetRow = Awaited<ReturnType<typeof selectTargets>>[number];

/** The targets of a post with the pages that they go to, in the order in which they were added. */
export function selectTargets(trx: TenantTransaction, postId: PostId) {
  return trx
    .selectFrom('post_target as target')
    .innerJoin('connection', (join) =>
      join.onRef('connection.tenant_id', '=', 'target.tenant_id').onRef('connection.id', '=', 'target.connection_id'),
    )
    .leftJoin('post_revision as edited', (join) =>
      join.onRef('edited.tenant_id', '=', 'target.tenant_id').onRef('edited.id', '=', 'target.edited_revision_id'),
    )
    .select([
      'target.id',
      'target.connection_id',
      'target.state',
      'target.reason',
      'target.permalink',
      'target.published_at',
      'target.edited_at',
      'edited.content as edited_content',
      'target.removed_at',
      'connection.network',
      'connection.name as connection_name',
      'connection.state as connection_state',
    ])
    .where('target.post_id', '=', postId)
    .orderBy('target.id')
    .$narrowType<{ network: PublishingNetwork }>()
    .execute();
}

/** One target of a post, with what is needed to recognise a post of its page. */
export function selectTarget(trx: TenantTransaction, postId: PostId, targetId: TargetId) {
  return trx
    .selectFrom('post_target as target')
    .innerJoin('connection', (join) =>
      join.onRef('connection.tenant_id', '=', 'target.tenant_id').onRef('connection.id', '=', 'target.connection_id'),
    )
    .select(['target.id', 'target.state', 'connection.network', 'connection.external_id'])
    .where('target.post_id', '=', postId)
    .where('target.id', '=', targetId)
    .$narrowType<{ network: PublishingNetwork }>()
    .executeTakeFirst();
}
