import { z } from 'zod';
import { selectConnection } from '../../db/connection-card.ts';
import {
  lockPolicy,
  selectCampaignPolicyId,
  selectDefaultPolicyId,
  setCampaignPolicy,
  setConnectionPolicy,
  setDefaultPolicy,
} from '../../db/policy-store.ts';
import type { PolicyId } from '../../domain/ids.ts';
import { connectionId, connectionView, presentConnection } from '../connections/connection-view.ts';
import { presentingTo } from '../connections/presenting.ts';
import { defineRoute, type Route } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { answer, type HandleContext } from '../route-context.ts';
import { assignmentBody, policyId } from './policy-schemas.ts';
import { recordChange } from './record-change.ts';

export const chooseDefaultPolicy = defineRoute({
  method: 'put',
  path: '/v1/approval-policies/default',
  tag: 'Approval policies',
  summary: 'Choose the default policy',
  description:
    'The policy that guards connections which name none. Null takes the choice back: posts to those need no approval then. Posts that were submitted before keep their approval.',
  permission: 'policy.write',
  body: assignmentBody,
  answer: {
    status: 200,
    schema: z
      .object({ policyId: policyId.nullable() })
      .meta({ id: 'DefaultApprovalPolicy', description: 'The policy of connections that name none; null: none.' }),
    description: 'The choice.',
  },
  refusals: {},
  audit: 'policy.assigned',
  handle: async (ctx) => {
    const { trx, caller, body } = ctx;
    await requirePolicy(ctx, body.policyId);
    const former = await selectDefaultPolicyId(trx);
    if (former !== body.policyId) {
      await setDefaultPolicy(trx, caller.tenantId, body.policyId);
      if (former !== null) await recordChange(ctx, 'policy.assigned', { id: former, isDefault: false });
      if (body.policyId !== null) await recordChange(ctx, 'policy.assigned', { id: body.policyId, isDefault: true });
    }
    return answer({ policyId: body.policyId });
  },
});

export const chooseCampaignPolicy = defineRoute({
  method: 'put',
  path: '/v1/approval-policies/campaigns',
  tag: 'Approval policies',
  summary: 'Choose the policy of campaigns',
  description:
    'The policy that every campaign of the tenant must pass before it is scheduled. Null takes the choice back: then whoever has `campaign.send` schedules them. Campaigns that were submitted before keep their approval.',
  permission: 'policy.write',
  body: assignmentBody,
  answer: {
    status: 200,
    schema: z
      .object({ policyId: policyId.nullable() })
      .meta({ id: 'CampaignApprovalPolicy', description: 'The policy that campaigns must pass; null: none.' }),
    description: 'The choice.',
  },
  refusals: {},
  audit: 'policy.assigned',
  handle: async (ctx) => {
    const { trx, caller, body } = ctx;
    await requirePolicy(ctx, body.policyId);
    const former = await selectCampaignPolicyId(trx);
    if (former !== body.policyId) {
      await setCampaignPolicy(trx, caller.tenantId, body.policyId);
      const change = (id: PolicyId, guardsCampaigns: boolean) =>
        recordChange(ctx, 'policy.assigned', { id, guardsCampaigns });
      if (former !== null) await change(former, false);
      if (body.policyId !== null) await change(body.policyId, true);
    }
    return answer({ policyId: body.policyId });
  },
});

export function chooseConnectionPolicy({ urls }: { urls: MediaUrls }): Route {
  return defineRoute({
    method: 'put',
    path: '/v1/connections/{connectionId}/approval-policy',
    tag: 'Connections',
    summary: 'Choose the policy of a connection',
    description:
      'The policy that posts to this page must pass, instead of the tenant’s default. Null: the default. Posts that were submitted before keep their approval.',
    permission: 'policy.write',
    params: z.strictObject({ connectionId }),
    body: assignmentBody,
    answer: { status: 200, schema: connectionView, description: 'The connection.' },
    refusals: {},
    audit: 'policy.assigned',
    handle: async (ctx) => {
      const { trx, body, params } = ctx;
      const connection = await selectConnection(trx, params.connectionId);
      if (connection === null) throw ctx.refuse('not_found');
      await requirePolicy(ctx, body.policyId);
      const former = connection.approval_policy_id;
      if (former !== body.policyId) {
        const { connectionId: guarded } = params;
        await setConnectionPolicy(trx, guarded, body.policyId);
        const change = { connectionId: guarded };
        if (former !== null) await recordChange(ctx, 'policy.assigned', { id: former, ...change, guards: false });
        if (body.policyId !== null) {
          await recordChange(ctx, 'policy.assigned', { id: body.policyId, ...change, guards: true });
        }
      }
      return answer(presentConnection({ ...connection, approval_policy_id: body.policyId }, presentingTo(ctx, urls)));
    },
  });
}

/** Holds the policy, so that it is not archived at the same moment. Throws 422 for one that cannot be chosen. */
async function requirePolicy(
  { trx, invalid }: Pick<HandleContext<unknown, unknown, unknown, never>, 'trx' | 'invalid'>,
  id: PolicyId | null,
): Promise<void> {
  if (id === null) return;
  const row = await lockPolicy(trx, id);
  if (row !== null && row.archivedAt === null) return;
  const detail = row === null ? 'is not an approval policy of this tenant' : 'is archived';
  throw invalid([{ pointer: '/policyId', rule: 'exists', limit: null, value: id, detail }]);
}
