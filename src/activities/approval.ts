import type { Kysely } from 'kysely';
import { insertVote, type RecordedVote, type Reopening, reopenApproval, settleApproval } from '../db/approval.ts';
import type { Database } from '../db/schema.ts';
import { withTenant } from '../db/tenant.ts';
import type { Settlement } from '../domain/approval.ts';
import type { ApprovalId, TenantId } from '../domain/ids.ts';

export type ApprovalActivities = ReturnType<typeof approvalActivities>;

/** What an approval writes. */
export function approvalActivities({ db }: { db: Kysely<Database> }) {
  return {
    recordVote: (vote: RecordedVote): Promise<void> => withTenant(db, vote.tenantId, (trx) => insertVote(trx, vote)),

    recordReopening: (reopening: Reopening): Promise<void> =>
      withTenant(db, reopening.tenantId, (trx) => reopenApproval(trx, reopening)),

    recordWithdrawal: (withdrawal: {
      tenantId: TenantId;
      approvalId: ApprovalId;
      settled: Settlement;
    }): Promise<void> => withTenant(db, withdrawal.tenantId, (trx) => settleApproval(trx, withdrawal)),
  };
}
