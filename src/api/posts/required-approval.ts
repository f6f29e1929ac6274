import { selectElectorate, selectPoliciesFor } from '../../db/policy.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { ApprovalStep } from '../../domain/approval.ts';
import type { BusinessCalendarId, ConnectionId, PolicyId } from '../../domain/ids.ts';
import { resolveSteps, strictest } from '../../domain/policy.ts';

/** A policy that binds a post, with its steps resolved to the people who may vote today. */
export interface RequiredApproval {
  readonly policyId: PolicyId;
  readonly policyVersion: number;
  readonly steps: readonly ApprovalStep[];
  readonly authorsMayVote: boolean;
  readonly calendarId: BusinessCalendarId | null;
}

/** The strictest of the policies that guard these connections; null when none does. */
export async function requiredApproval(
  trx: TenantTransaction,
  connectionIds: readonly ConnectionId[],
): Promise<RequiredApproval | null> {
  const policies = await selectPoliciesFor(trx, connectionIds);
  const electorate = await selectElectorate(
    trx,
    policies.flatMap((policy) => policy.steps),
  );
  return strictest(
    policies.map((policy) => ({
      policyId: policy.id,
      policyVersion: policy.version,
      steps: resolveSteps(policy, electorate),
      authorsMayVote: policy.authorsMayVote,
      calendarId: policy.calendarId,
    })),
  );
}
