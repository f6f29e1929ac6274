import type { ConnectionId, TenantId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/** Notes what a network has promised to tell us about a connection, in the place of its earlier promise. */
export async function saveWatch(
  trx: TenantTransaction,
  { tenantId, connectionId }: { tenantId: TenantId; connectionId: ConnectionId },
  { id, expiresAt }: { id: string; expiresAt: number | null },
): Promise<void> {
  const promise = { watch_id: id, expires_at: expiresAt === null ? null : new Date(expiresAt) };
  await trx
    .insertInto('connection_watch')
    .values({ tenant_id: tenantId, connection_id: connectionId, ...promise })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'connection_id']).doUpdateSet(promise))
    .execute();
}
