import { z } from 'zod';

import type { Person } from './api-client.ts';
import type { Narrator } from './narrator.ts';
import type { Colleague } from './policy.ts';

const settings = z.object({ approvalPolicyId: z.string().nullable() });
const identified = z.object({ id: z.string() });

/**
 * Has the tenant's campaigns pass one step, of one approver. Returns how to give the tenant the choice back that it had
 * made before.
 */
export async function guardCampaigns(admin: Person, approver: Colleague, say: Narrator): Promise<() => Promise<void>> {
  const before = settings.parse((await admin.get('/v1/campaign-settings')).body).approvalPolicyId;
  // Names are taken once: the time makes each run's own.
  const policy = await admin.post('/v1/approval-policies', {
    body: {
      name: `Campagne (${new Date().toISOString()})`,
      steps: [{ name: 'Supervisione', users: [approver.id], rule: { kind: 'any' } }],
    },
  });
  say.claim('Giulia writes a policy: Paolo approves campaigns', policy.status === 201, policy);
  const choose = (policyId: string | null) => admin.put('/v1/approval-policies/campaigns', { body: { policyId } });
  const chosen = await choose(identified.parse(policy.body).id);
  say.claim('every campaign must pass it from now on', chosen.status === 200, chosen);
  return async () => {
    await choose(before);
  };
}
