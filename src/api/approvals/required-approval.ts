import { type GuardingPolicy, selectCampaignPolicy, selectElectorate, selectPoliciesFor } from '../../db/policy.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { ConnectionId, UserId } from '../../domain/ids.ts';
import { type RequiredApproval, resolveSteps, strictest, unfulfillableStep } from '../../domain/policy.ts';
import type { HandleContext } from '../route-context.ts';

/** The strictest of the policies that guard these connections; null when none does. */
export async function requiredApproval(
  trx: TenantTransaction,
  connectionIds: readonly ConnectionId[],
): Promise<RequiredApproval | null> {
  return strictestOf(trx, await selectPoliciesFor(trx, connectionIds));
}

/** What the tenant’s campaigns have to pass; null: nothing. */
export async function requiredOfCampaigns(trx: TenantTransaction): Promise<RequiredApproval | null> {
  const policy = await selectCampaignPolicy(trx);
  return policy === null ? null : strictestOf(trx, [policy]);
}

async function strictestOf(
  trx: TenantTransaction,
  policies: readonly GuardingPolicy[],
): Promise<RequiredApproval | null> {
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

/** Throws 422 when nobody is left who could give an approval of what these authors have written. */
export function requireFulfillable(
  { refuse }: Pick<HandleContext<unknown, unknown, unknown, 'policy_unfulfillable'>, 'refuse'>,
  required: RequiredApproval | null,
  authors: readonly UserId[],
): void {
  if (required === null) return;
  const step = unfulfillableStep(required.steps, required.authorsMayVote ? [] : authors);
  if (step === null) return;
  throw refuse('policy_unfulfillable', {
    detail: `Nobody is left who could pass the step “${step.name}”.`,
    extensions: { step: { key: step.key, name: step.name } },
  });
}
