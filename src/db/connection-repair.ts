import { type ConnectionState, usable } from '../domain/connection.ts';
import type { PassedSlot } from '../domain/hold.ts';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
import { postWorkflowId } from '../domain/post.ts';
import { selectOutgoingPosts, selectWaitingPosts } from './connection.ts';
import { enqueueAll } from './outbox.ts';
import type { TenantTransaction } from './tenant.ts';

/**
 * Lets what waited for a page go on, now that it works. `before` is the state that it was in: a repair is told to all
 * that have yet to go there, since a post whose slot lies ahead may know that it was broken. The caller holds the gate
 * of the tenant, so that a post that starts meanwhile either is told or sees that the page works. Returns how many
 * waited.
 */
export async function releaseWaiting(
  trx: TenantTransaction,
  { tenantId, connectionId }: { tenantId: TenantId; connectionId: ConnectionId },
  { before, passed, now }: { before: ConnectionState; passed: PassedSlot; now: Date },
): Promise<number> {
  const waiting = await selectWaitingPosts(trx, connectionId);
  const told = usable(before) ? waiting : await selectOutgoingPosts(trx, connectionId);
  await enqueueAll(trx, {
    tenantId,
    workflowIds: told.map(({ id, run }) => postWorkflowId(tenantId, id, run)),
    message: { kind: 'connection_repaired', connectionId, passed },
    now,
  });
  return waiting.length;
}
