import type { Kysely } from 'kysely';

import { seedTenants } from '../../simulators/seed.ts';
import { tokenContext } from '../../src/db/connection-grant.ts';
import type { Database } from '../../src/db/schema.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import { tenantKeys } from '../../src/db/tenant-key.ts';
import type { ConnectionId, TenantId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import { seal, type SealKey } from '../../src/platform/sealing.ts';

export interface ManyConnections {
  readonly tenantId: TenantId;
  readonly masterKeys: readonly SealKey[];
  readonly count: number;
  /** When their tokens lapse. */
  readonly expiresAt: Date;
  /** When they are to be renewed by slices; `null`: something else renews them. */
  readonly refreshAt: Date | null;
}

const batch = 1_000;

/** Writes LinkedIn connections whose refresh token the simulator honours. Returns their ids. */
export async function insertManyConnections(
  db: Kysely<Database>,
  made: ManyConnections,
): Promise<readonly ConnectionId[]> {
  const ids = Array.from({ length: made.count }, () => newId<ConnectionId>());
  for (let from = 0; from < ids.length; from += batch) {
    await withTenant(db, made.tenantId, (trx) => insertBatch(trx, made, ids.slice(from, from + batch)));
  }
  return ids;
}

async function insertBatch(
  trx: TenantTransaction,
  { tenantId, masterKeys, expiresAt, refreshAt }: ManyConnections,
  ids: readonly ConnectionId[],
): Promise<void> {
  const now = new Date();
  const { newest } = await tenantKeys(trx, tenantId, masterKeys, now);
  const sealed = (connectionId: ConnectionId, column: 'access_token' | 'refresh_token', token: string): string =>
    seal(newest, tokenContext({ tenantId, connectionId }, column), token);
  const page = {
    tenant_id: tenantId,
    network: 'linkedin',
    grant_kind: 'oauth',
    state: 'connected',
    connected_at: now,
    connected_by: null,
    approval_policy_id: null,
    last_success_at: null,
    last_checked_at: null,
    last_error: null,
  } as const;
  await trx
    .insertInto('connection')
    .values(ids.map((id) => ({ ...page, id, external_id: id, name: id })))
    .execute();
  await trx
    .insertInto('connection_secret')
    .values(
      ids.map((id) => ({
        tenant_id: tenantId,
        connection_id: id,
        access_token: sealed(id, 'access_token', id),
        refresh_token: sealed(id, 'refresh_token', seededRefreshToken()),
        expires_at: expiresAt,
      })),
    )
    .execute();
  if (refreshAt === null) return;
  const duty = { tenant_id: tenantId, kind: 'refresh', network: 'linkedin', due_at: refreshAt } as const;
  await trx
    .insertInto('connection_duty')
    .values(ids.map((connection_id) => ({ ...duty, connection_id })))
    .execute();
}

/** One that does not rotate: all of them may use it. */
function seededRefreshToken(): string {
  const page = seedTenants.flatMap(({ linkedin }) => linkedin).at(0);
  if (page === undefined) throw new Error('the simulator knows no LinkedIn page');
  return page.refreshToken;
}
