import type { TenantId } from '../domain/ids.ts';
import type { MessageStatus } from '../domain/number-news.ts';
import { referenceIn } from '../domain/opaque-data.ts';
import { advanceLedger, type LedgerOutcome, type LedgerStatus, type PriceOf } from './ledger-status.ts';
import { advanceReplies, type ReplyStatus } from './reply-status.ts';
import type { TenantTransaction } from './tenant.ts';

/** What was told of one tenant's messages, of several numbers and campaigns. */
export interface StatusBatch {
  readonly tenantId: TenantId;
  readonly statuses: readonly MessageStatus[];
  readonly priceOf: PriceOf | null;
  readonly now: Date;
}

/**
 * Writes down what became of messages, all of them in a few statements. Late, repeated and reordered statuses change
 * nothing that is known already. What is told of messages that are not ours is passed over: others may send from the
 * same number.
 */
export async function applyStatuses(trx: TenantTransaction, batch: StatusBatch): Promise<LedgerOutcome> {
  const ledger: LedgerStatus[] = [];
  const replies: ReplyStatus[] = [];
  for (const status of batch.statuses) {
    const reference = referenceIn(status.opaque);
    if (reference === null || reference.kind === 'campaign') ledger.push({ reference, status });
    if (reference === null || reference.kind === 'message') replies.push({ reference, status });
  }
  await advanceReplies(trx, { ...batch, statuses: replies });
  return advanceLedger(trx, { ...batch, statuses: ledger });
}
