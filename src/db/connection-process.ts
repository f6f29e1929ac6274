import { type ConnectionInput, connectionWorkflowId } from '../domain/connection.ts';
import { enqueue } from './outbox.ts';
import type { TenantTransaction } from './tenant.ts';

/** Lets the process of a connection know that its row has changed; the first message starts it. */
export async function tellConnection(
  trx: TenantTransaction,
  about: Omit<ConnectionInput, 'v'>,
  now: Date,
): Promise<void> {
  const { tenantId, connectionId, network } = about;
  await enqueue(trx, {
    tenantId,
    workflowId: connectionWorkflowId(tenantId, connectionId),
    message: { kind: 'connection_changed', input: { v: 1, tenantId, connectionId, network } },
    now,
  });
}
