import { setTimeout as pause } from 'node:timers/promises';
import { selectApproval } from '../../db/approval-read.ts';
import type { ApprovalId } from '../../domain/ids.ts';
import type { ActContext } from '../route-context.ts';

const patienceMs = 2_000;
const pauseMs = 50;

/** Waits, two seconds at most, until the post of a settled approval has left its review. */
export async function untilSettled(
  { inTenant, services }: Pick<ActContext<unknown, unknown, unknown, never>, 'inTenant' | 'services'>,
  approvalId: ApprovalId,
): Promise<void> {
  const deadline = services.clock() + patienceMs;
  for (;;) {
    const row = await inTenant((trx) => selectApproval(trx, approvalId));
    const underWay = row !== undefined && row.outcome !== null && row.post_status === 'in_review';
    if (!underWay || services.clock() > deadline) return;
    await pause(pauseMs);
  }
}
