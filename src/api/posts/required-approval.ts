import { selectElectorate, selectPoliciesFor } from '../../db/policy.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { ConnectionId } from '../../domain/ids.ts';
import { type RequiredApproval, resolveSteps, strictest } from '../../domain/policy.ts';

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
