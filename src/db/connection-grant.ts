import type { ConnectionError, ConnectionState } from '../domain/connection.ts';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
import { tellOutgoingPosts } from './connection.ts';
import { appendEvents } from './event.ts';
import type { TenantTransaction } from './tenant.ts';

/** What binds a sealed token to its place: one column of one connection. */
export function tokenContext(
  { tenantId, connectionId }: { tenantId: TenantId; connectionId: ConnectionId },
  column: 'access_token' | 'refresh_token' = 'access_token',
) {
  return { tenantId, table: 'connection_secret', row: `${connectionId}:${column}` };
}

/**
 * Notes that a network no longer honours a grant, and lets the posts know that have yet to go to the page. Does nothing
 * if the connection was repaired since `grantVersion` was read, and then answers false: whoever was refused may try
 * again at once.
 */
export async function breakConnection(
  trx: TenantTransaction,
  { tenantId, connectionId }: { tenantId: TenantId; connectionId: ConnectionId },
  {
    grantVersion,
    state,
    error,
    now,
  }: { grantVersion: number; state: ConnectionState; error: ConnectionError; now: Date },
): Promise<boolean> {
  const row = await trx
    .selectFrom('connection')
    .select(['grant_version', 'state'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', connectionId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (row.grant_version !== grantVersion) return false;
  if (row.state === state) return true;
  await trx
    .updateTable('connection')
    .set({ state, last_error: JSON.stringify(error), last_checked_at: now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', connectionId)
    .execute();
  await appendEvents(trx, [
    {
      tenantId,
      at: now,
      kind: 'connection.broken',
      entity: 'connection',
      entityId: connectionId,
      actor: { kind: 'network' },
      data: { state, code: error.code, providerCode: error.providerCode },
    },
  ]);
  const problem = state === 'refresh_required' ? 'permission' : 'gone';
  const hold = { kind: 'grant', connectionId, problem } as const;
  await tellOutgoingPosts(trx, { tenantId, connectionId }, { message: { kind: 'hold', hold }, now });
  return true;
}

/** Notes that a network has just taken a call for the page. */
export async function noteSuccess(
  trx: TenantTransaction,
  { tenantId, connectionId }: { tenantId: TenantId; connectionId: ConnectionId },
  now: Date,
): Promise<void> {
  await trx
    .updateTable('connection')
    .set({ last_success_at: now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', connectionId)
    .execute();
}
