import { enqueueAll } from '../../db/outbox.ts';
import { selectApprovalsNaming } from '../../db/presence.ts';
import type { UserId } from '../../domain/ids.ts';
import { approvalWorkflowId } from '../../domain/approval.ts';
import type { HandleContext } from '../route-context.ts';

/** Lets every open approval that may ask a person look again who is there, once this transaction has committed. */
export async function tellApprovals(
  { trx, caller, now }: Pick<HandleContext<unknown, unknown, unknown, never>, 'trx' | 'caller' | 'now'>,
  user: UserId,
): Promise<void> {
  const { tenantId } = caller;
  const ids = await selectApprovalsNaming(trx, user, now);
  const workflowIds = ids.map((id) => approvalWorkflowId(tenantId, id));
  await enqueueAll(trx, { tenantId, workflowIds, message: { kind: 'approvers_changed' }, now });
}
