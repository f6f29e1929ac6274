import type { ConnectionError, ConnectionInput, ConnectionState } from '../domain/connection.ts';
import { problemOf } from '../domain/connection-health.ts';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
import { tellOutgoingPosts } from './connection.ts';
import { tellConnection } from './connection-process.ts';
import { standingOf } from './connection-standing.ts';
import { appendConnectionEvent } from './connection-event.ts';
import type { TenantTransaction } from './tenant.ts';

/** What binds a sealed token to its place: one column of one connection. */
export function tokenContext(
  { tenantId, connectionId }: { tenantId: TenantId; connectionId: ConnectionId },
  column: 'access_token' | 'refresh_token' = 'access_token',
) {
  return { tenantId, table: 'connection_secret', row: `${connectionId}:${column}` };
}

/** How a network has broken a connection. */
export interface Break {
  /** What the connection had when the refused token was read. */
  readonly grantVersion: number;
  readonly state: Extract<ConnectionState, 'refresh_required' | 'expired'>;
  /** The permissions that are gone, where that is known. */
  readonly missing?: readonly string[];
  readonly error: ConnectionError;
  readonly now: Date;
}

/**
 * Notes that a network no longer honours a grant, and where nothing can be published any more, lets the posts know that
 * have yet to go to the page. Does nothing if the connection was repaired since `grantVersion` was read, and then answers
 * false: whoever was refused may try again at once.
 */
export async function breakConnection(
  trx: TenantTransaction,
  { tenantId, connectionId }: { tenantId: TenantId; connectionId: ConnectionId },
  { grantVersion, state, missing = [], error, now }: Break,
): Promise<boolean> {
  const row = await trx
    .selectFrom('connection')
    .select(['network', 'grant_kind', 'grant_version', 'state', 'missing_scopes', 'last_error'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', connectionId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (row.grant_version !== grantVersion) return false;
  const missingScopes = [...new Set([...row.missing_scopes, ...missing])];
  if (row.state === 'disconnected') return true;
  if (row.state === state && missingScopes.length === row.missing_scopes.length) return true;
  await trx
    .updateTable('connection')
    .set({ state, missing_scopes: missingScopes, last_error: JSON.stringify(error), last_checked_at: now })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', connectionId)
    .execute();
  if (row.state !== state)
    await tellBreak(trx, { tenantId, connectionId, network: row.network }, { state, error, now });

  const before = standingOf(row);
  const problem = problemOf('publish', { ...before, state, missingScopes, errorCode: error.code });
  if (problem === null || (row.state === state && problem === problemOf('publish', before))) return true;
  const hold = { kind: 'grant', connectionId, problem } as const;
  await tellOutgoingPosts(trx, { tenantId, connectionId }, { message: { kind: 'hold', hold }, now });
  return true;
}

async function tellBreak(
  trx: TenantTransaction,
  { tenantId, connectionId, network }: Omit<ConnectionInput, 'v'>,
  { state, error, now }: Pick<Break, 'state' | 'error' | 'now'>,
): Promise<void> {
  const about = { tenantId, connectionId, actor: { kind: 'network' }, now } as const;
  const data = { state, code: error.code, providerCode: error.providerCode };
  await appendConnectionEvent(trx, about, { kind: 'connection.broken', data });
  await tellConnection(trx, { tenantId, connectionId, network }, now);
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
