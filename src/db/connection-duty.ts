import type { DutyKind } from '../domain/connection.ts';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

export interface Duty {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly kind: DutyKind;
}

/** Says when a duty is due next, and that nobody is at it. `attempts`: how often in a row it has come to nothing. */
export async function setDuty(
  trx: TenantTransaction,
  { tenantId, connectionId, kind }: Duty,
  { dueAt, attempts }: { dueAt: Date; attempts: number },
): Promise<void> {
  const next = { due_at: dueAt, attempts, lease_until: null };
  await trx
    .insertInto('connection_duty')
    .values({ tenant_id: tenantId, connection_id: connectionId, kind, ...next })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'connection_id', 'kind']).doUpdateSet(next))
    .execute();
}

/** Nothing of this kind is due any more; without a kind, nothing at all. */
export async function dropDuties(
  trx: TenantTransaction,
  connectionId: ConnectionId,
  kind: DutyKind | null = null,
): Promise<void> {
  await trx
    .deleteFrom('connection_duty')
    .where('connection_id', '=', connectionId)
    .$if(kind !== null, (query) => query.where('kind', '=', kind ?? 'probe'))
    .execute();
}
