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
import type { TenantTransaction } from '../../db/tenant.ts';
import type { PolicyId, TenantId } from '../../domain/ids.ts';
import { connectionId, connectionView, presentConnection } from '../connections/connection-view.ts';
import { presentingTo } from '../connections/presenting.ts';
import { defineRoute, type Route } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { answer, type HandleContext } from '../route-context.ts';
import { assignmentBody, policyId } from './policy-schemas.ts';
import { recordChange } from './record-change.ts';

export const chooseDefaultPolicy = chooseTenantPolicy({
  path: '/v1/approval-policies/default',
  summary: 'Choose the default policy',
  description:
    'The policy that guards connections which name none. Null takes the choice back: posts to those need no approval then. Posts that were submitted before keep their approval.',
  view: { id: 'DefaultApprovalPolicy', description: 'The policy of connections that name none; null: none.' },
  select: selectDefaultPolicyId,
  set: setDefaultPolicy,
  noted: (isDefault) => ({ isDefault }),
});

export const chooseCampaignPolicy = chooseTenantPolicy({
  path: '/v1/approval-policies/campaigns',
  summary: 'Choose the policy of campaigns',
  description:
    'The policy that every campaign of the tenant must pass before it is scheduled. Null takes the choice back: then whoever has `campaign.send` schedules them. Campaigns that were submitted before keep their approval.',
  view: { id: 'CampaignApprovalPolicy', description: 'The policy that campaigns must pass; null: none.' },
  select: selectCampaignPolicyId,
  set: setCampaignPolicy,
  noted: (guardsCampaigns) => ({ guardsCampaigns }),
});

interface TenantChoice {
  readonly path: `/${string}`;
  readonly summary: string;
  readonly description: string;
  readonly view: { readonly id: string; readonly description: string };
  readonly select: (trx: TenantTransaction) => Promise<PolicyId | null>;
  readonly set: (trx: TenantTransaction, tenantId: TenantId, id: PolicyId | null) => Promise<void>;
  /** How the log says of a policy that it is chosen, or no more. */
  readonly noted: Noted;
}

type Noted = (chosen: boolean) => Omit<Parameters<typeof recordChange>[2], 'id'>;

/** The choice of one policy for the whole tenant. */
function chooseTenantPolicy({ path, summary, description, view, select, set, noted }: TenantChoice): Route {
  return defineRoute({
    method: 'put',
    path,
    tag: 'Approval policies',
    summary,
    description,
    permission: 'policy.write',
    body: assignmentBody,
    answer: {
      status: 200,
      schema: z.object({ policyId: policyId.nullable() }).meta(view),
      description: 'The choice.',
    },
    refusals: {},
    audit: 'policy.assigned',
    handle: async (ctx) => {
      const { trx, caller, body } = ctx;
      await requirePolicy(ctx, body.policyId);
      const former = await select(trx);
      if (former !== body.policyId) {
        await set(trx, caller.tenantId, body.policyId);
        await recordChoice(ctx, { former, chosen: body.policyId, noted });
      }
      return answer({ policyId: body.policyId });
    },
  });
}

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
        const noted: Noted = (guards) => ({ connectionId: guarded, guards });
        await recordChoice(ctx, { former, chosen: body.policyId, noted });
      }
      return answer(presentConnection({ ...connection, approval_policy_id: body.policyId }, presentingTo(ctx, urls)));
    },
  });
}

async function recordChoice(
  ctx: Parameters<typeof recordChange>[0],
  { former, chosen, noted }: { former: PolicyId | null; chosen: PolicyId | null; noted: Noted },
): Promise<void> {
  if (former !== null) await recordChange(ctx, 'policy.assigned', { id: former, ...noted(false) });
  if (chosen !== null) await recordChange(ctx, 'policy.assigned', { id: chosen, ...noted(true) });
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
