import { z } from 'zod';
import { archivePolicy, lockPolicy } from '../../db/policy-store.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { inUse } from './policy-problems.ts';
import { policyParams } from './policy-schemas.ts';
import { recordChange } from './record-change.ts';

export const removePolicy = defineRoute({
  method: 'delete',
  path: '/v1/approval-policies/{policyId}',
  tag: 'Approval policies',
  summary: 'Archive an approval policy',
  description:
    'Takes a policy that guards nothing out of use for good. Approvals that ran by it keep it, and it can still be read by its address.',
  permission: 'policy.write',
  params: policyParams,
  ifMatch: true,
  answer: { status: 204, schema: z.null(), description: 'The policy is out of use.' },
  refusals: inUse,
  audit: 'policy.archived',
  handle: async (ctx) => {
    const { trx, params, now } = ctx;
    const row = await lockPolicy(trx, params.policyId);
    if (row === null) throw ctx.refuse('not_found');
    ctx.requireVersion(row.version);
    const { isDefault, guardsCampaigns, connectionIds } = row;
    if (isDefault || guardsCampaigns || connectionIds.length > 0) {
      const guards = { isDefault, guardsCampaigns, connectionIds: [...connectionIds] };
      throw ctx.refuse('policy_in_use', { extensions: guards });
    }
    if (row.archivedAt !== null) return answer(null);
    await archivePolicy(trx, row.id, now);
    await recordChange(ctx, 'policy.archived', { id: row.id, version: row.version });
    return answer(null);
  },
});
