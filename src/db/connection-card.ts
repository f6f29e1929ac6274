import { type ExpressionBuilder, sql } from 'kysely';
import type { ConnectionState } from '../domain/connection.ts';
import type { AdminProfileId, ConnectionId } from '../domain/ids.ts';
import type { Network } from '../domain/network.ts';
import { likePattern } from './like-pattern.ts';
import type { Database } from './schema.ts';
import type { TenantTransaction } from './tenant.ts';

export type ConnectionRow = NonNullable<Awaited<ReturnType<typeof selectConnection>>>;

/** Where a page of connections ended: its sort key. */
export type ConnectionPosition = readonly [name: string, connectionId: string];

/** Which connections are looked at, but for the states that they are in. */
export interface ConnectionFilter {
  /** Empty: every network. */
  readonly networks: readonly Network[];
  readonly adminProfileId: AdminProfileId | null;
  /** Part of the name. */
  readonly search: string | null;
  readonly suspended: boolean | null;
}

/** One more than `limit` at most, after a position, in states; without any, in every state. */
export interface ConnectionSlice {
  readonly states: readonly ConnectionState[];
  readonly after: ConnectionPosition | null;
  readonly limit: number;
}

/**
 * What the cards of connections show, by name: `limit + 1` at most, the surplus one says that there are more. One
 * statement, which cuts the page before anything is looked up for its rows. Execute it inside a tenant transaction.
 */
export function connectionCards(
  trx: Pick<TenantTransaction, 'selectFrom' | 'with'>,
  filter: ConnectionFilter,
  { states, after, limit }: ConnectionSlice,
) {
  return trx
    .with('connection', (db) =>
      db
        .selectFrom('connection')
        .selectAll()
        .where(matches(filter))
        .$if(states.length > 0, (query) => query.where('state', 'in', states))
        .$if(after !== null, (query) => query.where(sql<boolean>`(name, id) > (${after?.[0]}, ${after?.[1]}::uuid)`))
        .orderBy('name')
        .orderBy('id')
        .limit(limit + 1),
    )
    .selectFrom('connection')
    .select(cardColumns)
    .select(lookedUp)
    .orderBy('name')
    .orderBy('id');
}

/** How many connections are in each state; a state without any is left out. */
export function countConnections(
  trx: TenantTransaction,
  filter: ConnectionFilter,
): Promise<{ state: ConnectionState; count: number }[]> {
  return trx
    .selectFrom('connection')
    .select(['state', sql<number>`count(*)::int`.as('count')])
    .where(matches(filter))
    .groupBy('state')
    .execute();
}

/** The card of one connection. */
export async function selectConnection(trx: TenantTransaction, id: ConnectionId) {
  const row = await trx
    .selectFrom('connection')
    .select(cardColumns)
    .select(lookedUp)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

const cardColumns = [
  'connection.id',
  'connection.network',
  'connection.grant_kind',
  'connection.external_id',
  'connection.name',
  'connection.picture_sha256',
  'connection.state',
  'connection.grant_version',
  'connection.approval_policy_id',
  'connection.admin_profile_id',
  'connection.scopes',
  'connection.missing_scopes',
  'connection.connected_at',
  'connection.connected_by',
  'connection.last_success_at',
  'connection.last_checked_at',
  'connection.last_error',
  'connection.consent_expires_at',
  'connection.suspended_at',
  'connection.suspended_by',
  'connection.passed_slots',
  'connection.disconnected_at',
  'connection.disconnected_by',
  'connection.revocation',
] as const;

/** What stands in other tables: each by a key, for the rows of one page. */
function lookedUp(eb: ExpressionBuilder<Database, 'connection'>) {
  return [
    nameOf(eb, 'connected_by').as('connected_by_name'),
    nameOf(eb, 'suspended_by').as('suspended_by_name'),
    nameOf(eb, 'disconnected_by').as('disconnected_by_name'),
    eb
      .selectFrom('admin_profile as profile')
      .select('profile.name')
      .whereRef('profile.tenant_id', '=', 'connection.tenant_id')
      .whereRef('profile.id', '=', 'connection.admin_profile_id')
      .as('admin_profile_name'),
    eb
      .selectFrom('connection_secret as secret')
      .select('secret.expires_at')
      .whereRef('secret.tenant_id', '=', 'connection.tenant_id')
      .whereRef('secret.connection_id', '=', 'connection.id')
      .as('token_expires_at'),
    // The first condition is spelt as in the partial index.
    sql<number>`(select count(*)::int from post_target target
                  where target.tenant_id = connection.tenant_id and target.connection_id = connection.id
                    and target.state in ('parked', 'unconfirmed') and target.state = 'parked')`.as('parked_targets'),
  ] as const;
}

function nameOf(
  eb: ExpressionBuilder<Database, 'connection'>,
  column: 'connected_by' | 'suspended_by' | 'disconnected_by',
) {
  return eb
    .selectFrom('tenant_member as member')
    .select('member.display_name')
    .whereRef('member.tenant_id', '=', 'connection.tenant_id')
    .whereRef('member.user_id', '=', `connection.${column}`);
}

function matches({ networks, adminProfileId, search, suspended }: ConnectionFilter) {
  return (eb: ExpressionBuilder<Database, 'connection'>) =>
    eb.and([
      ...(networks.length > 0 ? [eb('network', 'in', networks)] : []),
      ...(adminProfileId === null ? [] : [eb('admin_profile_id', '=', adminProfileId)]),
      ...(search === null ? [] : [eb('name', 'ilike', likePattern(search))]),
      ...(suspended === null ? [] : [eb('suspended_at', suspended ? 'is not' : 'is', null)]),
    ]);
}
