import { sql } from 'kysely';
import type { Revocation } from '../domain/connection.ts';
import type { GrantKind } from '../domain/grant.ts';
import type { ConnectionId, TenantId, UserId } from '../domain/ids.ts';
import type { Network } from '../domain/network.ts';
import { tellOutgoingPosts } from './connection.ts';
import { dropDuties } from './connection-duty.ts';
import { tellConnection } from './connection-process.ts';
import { appendConnectionEvent } from './connection-event.ts';
import { closeGate } from './halt.ts';
import type { TenantTransaction } from './tenant.ts';

interface Disconnecting {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly by: UserId;
  readonly now: Date;
  /** Whether the network lets a grant be taken back. */
  readonly revocable: (network: Network, kind: GrantKind) => boolean;
}

/**
 * Ends a connection because a person said so. Once this has committed no call through it begins, nothing is due for it,
 * and the posts that have yet to go there know. What the network has to be told is left to the connection's process;
 * where it cannot be told anything, the tokens go at once. False if it had ended before, `null` if there is none.
 */
export async function disconnectConnection(
  trx: TenantTransaction,
  { tenantId, connectionId, by, now, revocable }: Disconnecting,
): Promise<boolean | null> {
  await closeGate(trx, tenantId);
  const row = await trx
    .selectFrom('connection')
    .select(['network', 'grant_kind', 'state'])
    .where('id', '=', connectionId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) return null;
  if (row.state === 'disconnected') return false;
  const revocation = revocable(row.network, row.grant_kind) ? 'pending' : 'not_offered';
  await trx
    .updateTable('connection')
    .set((eb) => ({
      state: 'disconnected',
      disconnected_at: now,
      disconnected_by: by,
      revocation,
      grant_version: eb('grant_version', '+', 1),
    }))
    .where('id', '=', connectionId)
    .execute();
  await dropDuties(trx, connectionId);
  if (revocation === 'not_offered') await deleteSecrets(trx, connectionId);
  const hold = { kind: 'grant', connectionId, problem: 'gone' } as const;
  await tellOutgoingPosts(trx, { tenantId, connectionId }, { message: { kind: 'hold', hold }, now });
  const about = { tenantId, connectionId, actor: { kind: 'user', id: by }, now } as const;
  await appendConnectionEvent(trx, about, { kind: 'connection.disconnected', data: { revocation } });
  await tellConnection(trx, { tenantId, connectionId, network: row.network }, now);
  return true;
}

/** Whether other connections live by the consent of the same person at the network, whichever tenant's they are. */
export async function isGrantShared(trx: TenantTransaction, connectionId: ConnectionId): Promise<boolean> {
  const { rows } = await sql`
    select from connection
    join admin_profile profile
      on profile.tenant_id = connection.tenant_id and profile.id = connection.admin_profile_id
    cross join lateral profile_connections(profile.family, profile.external_id) other
    where connection.id = ${connectionId} and other.connection_id <> connection.id
    limit 1`.execute(trx);
  return rows.length > 0;
}

/**
 * Writes how a disconnected grant ended at its network, and throws its tokens away with whatever the network had
 * promised to tell. Answers what stands there: another ending may have been written before, and `null` means that the
 * connection lives again.
 */
export async function endGrant(
  trx: TenantTransaction,
  { tenantId, connectionId }: { tenantId: TenantId; connectionId: ConnectionId },
  { revocation, now }: { revocation: Exclude<Revocation, 'pending'>; now: Date },
): Promise<Exclude<Revocation, 'pending'> | null> {
  const row = await trx
    .selectFrom('connection')
    .select(['state', 'revocation'])
    .where('id', '=', connectionId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (row.state !== 'disconnected') return null;
  await deleteSecrets(trx, connectionId);
  await trx.deleteFrom('connection_watch').where('connection_id', '=', connectionId).execute();
  if (row.revocation !== null && row.revocation !== 'pending') return row.revocation;
  await trx.updateTable('connection').set({ revocation }).where('id', '=', connectionId).execute();
  const about = { tenantId, connectionId, actor: { kind: 'process' }, now } as const;
  await appendConnectionEvent(trx, about, { kind: 'connection.revoked', data: { revocation } });
  return revocation;
}

async function deleteSecrets(trx: TenantTransaction, connectionId: ConnectionId): Promise<void> {
  await trx.deleteFrom('connection_secret').where('connection_id', '=', connectionId).execute();
}
