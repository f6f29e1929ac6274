import type { PassedSlot } from '../domain/hold.ts';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
import { postWorkflowId } from '../domain/post.ts';
import { tellCampaignsOf } from './campaign-process.ts';
import { selectOutgoingPosts, selectWaitingPosts } from './connection.ts';
import { enqueueAll } from './outbox.ts';
import { selectPassedSlots } from './passed-slots.ts';
import type { TenantTransaction } from './tenant.ts';

/**
 * Lets what waited for a page go on, now that it works. Unless it `worked` before, that is told to all that have yet to
 * go there: a post whose slot lies ahead may know that it was broken. `passed` says what becomes of those whose slot has
 * passed; `null`: what the connection says. The caller holds the gate of the tenant, so that a post that starts
 * meanwhile either is told or sees that the page works. Returns how many waited.
 */
export async function releaseWaiting(
  trx: TenantTransaction,
  { tenantId, connectionId }: { tenantId: TenantId; connectionId: ConnectionId },
  { worked, passed, now }: { worked: boolean; passed: PassedSlot | null; now: Date },
): Promise<number> {
  await tellCampaignsOf(trx, { tenantId, connectionId }, now);
  const waiting = await selectWaitingPosts(trx, connectionId);
  const told = worked ? waiting : await selectOutgoingPosts(trx, connectionId);
  await enqueueAll(trx, {
    tenantId,
    workflowIds: told.map(({ id, run }) => postWorkflowId(tenantId, id, run)),
    message: {
      kind: 'connection_repaired',
      connectionId,
      passed: passed ?? (await selectPassedSlots(trx, connectionId)),
    },
    now,
  });
  return waiting.length;
}
