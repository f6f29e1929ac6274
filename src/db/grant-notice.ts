import { type Kysely, sql } from 'kysely';
import type { GrantSubject } from '../domain/grant-notice.ts';
import type { GrantFamily } from '../domain/grant.ts';
import type { AdminProfileId, ConnectionId, TenantId } from '../domain/ids.ts';
import { expireAuthorizationsOf } from './connection-authorization.ts';
import type { Database } from './schema.ts';
import type { TenantTransaction } from './tenant.ts';

export interface Holder {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
}

/** The connections, of whatever tenant, that a network speaks of; those that a person has ended are none of them. */
export async function holdersOf(db: Kysely<Database>, about: GrantSubject): Promise<readonly Holder[]> {
  const { rows } = await queryFor(about).execute(db);
  return rows.map(({ tenant_id: tenantId, connection_id: connectionId }) => ({ tenantId, connectionId }));
}

function queryFor(about: GrantSubject) {
  type Row = { tenant_id: TenantId; connection_id: ConnectionId };
  switch (about.kind) {
    case 'person':
      return sql<Row>`select tenant_id, connection_id from profile_connections(${about.family}, ${about.externalId})`;
    case 'page':
      return sql<Row>`select tenant_id, connection_id
                      from connection_holders(${about.network}, array[${about.externalId}])`;
    case 'detail':
      return sql<Row>`select tenant_id, connection_id
                      from detail_connections(${about.network}, ${about.name}, ${about.value})`;
    case 'watch':
      return sql<Row>`select tenant_id, connection_id from watched_connection(${about.watchId})`;
  }
}

/** Where a person is known as somebody who granted something, whatever became of it. */
export async function profilesOf(
  db: Kysely<Database>,
  { family, externalId }: { family: GrantFamily; externalId: string },
): Promise<readonly { readonly tenantId: TenantId; readonly adminProfileId: AdminProfileId }[]> {
  const { rows } = await sql<{ tenant_id: TenantId; admin_profile_id: AdminProfileId }>`
    select tenant_id, admin_profile_id from person_profiles(${family}, ${externalId})`.execute(db);
  return rows.map((row) => ({ tenantId: row.tenant_id, adminProfileId: row.admin_profile_id }));
}

/** Which grant a connection has, and since when. */
export async function selectGrantAge(
  trx: TenantTransaction,
  id: ConnectionId,
): Promise<{ readonly grantVersion: number; readonly connectedAt: Date } | null> {
  const row = await trx
    .selectFrom('connection')
    .select(['grant_version', 'connected_at'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : { grantVersion: row.grant_version, connectedAt: row.connected_at };
}

/** When a person last consented to something; `null` if nobody is that. */
export async function selectLastGrant(trx: TenantTransaction, id: AdminProfileId): Promise<Date | null> {
  const row = await trx.selectFrom('admin_profile').select('last_granted_at').where('id', '=', id).executeTakeFirst();
  return row?.last_granted_at ?? null;
}

/** The connections that a person granted and nobody has ended. */
export async function connectionsOf(trx: TenantTransaction, id: AdminProfileId): Promise<readonly ConnectionId[]> {
  const rows = await trx
    .selectFrom('connection')
    .select('id')
    .where('admin_profile_id', '=', id)
    .where('state', '<>', 'disconnected')
    .execute();
  return rows.map((row) => row.id);
}

/** Forgets who a person is. What they granted stays told as somebody's: the id is kept under a name of no one. */
export async function eraseProfile(trx: TenantTransaction, id: AdminProfileId): Promise<void> {
  await trx
    .updateTable('admin_profile')
    .set({ name: erased, external_id: `${erased}:${id}` })
    .where('id', '=', id)
    .execute();
}

const erased = '[erased]';

/** Deletes the tokens of all connections that a person granted. */
export async function deleteSecretsOf(trx: TenantTransaction, id: AdminProfileId): Promise<void> {
  await trx
    .deleteFrom('connection_secret')
    .where('connection_id', 'in', (eb) => eb.selectFrom('connection').select('id').where('admin_profile_id', '=', id))
    .execute();
}

/**
 * Forgets what a person's consents reached: grants that nobody has chosen from yet, and the lists of pages, of which one
 * may be the person's own profile.
 */
export async function forgetConsents(trx: TenantTransaction, id: AdminProfileId, now: Date): Promise<void> {
  await expireAuthorizationsOf(trx, id, now);
  await trx
    .updateTable('connection_authorization')
    .set({ pages: '[]', failure: sql`failure || '{"found": []}'` })
    .where('admin_profile_id', '=', id)
    .execute();
}

/** Lets what is due for a connection of this kind be due now, if it ever is. */
export async function hastenDuties(
  trx: TenantTransaction,
  connectionId: ConnectionId,
  { kinds, now }: { kinds: readonly ('refresh' | 'probe' | 'watch')[]; now: Date },
): Promise<void> {
  await trx
    .updateTable('connection_duty')
    .set({ due_at: now })
    .where('connection_id', '=', connectionId)
    .where('kind', 'in', kinds)
    .where('due_at', '>', now)
    .execute();
}
