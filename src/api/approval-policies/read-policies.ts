import { z } from 'zod';
import {
  type PolicyPosition,
  type PolicyRow,
  selectPolicies,
  selectPolicy,
  selectPolicyVersions,
} from '../../db/policy-store.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import { defineRoute } from '../define-route.ts';
import { entityTag } from '../entity-tag.ts';
import { cursorCodec, cursorText, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { type Answered, answer } from '../route-context.ts';
import { policyParams } from './policy-schemas.ts';
import { policyView, presentPolicies, presentWholePolicy, wholePolicyView } from './policy-view.ts';

const codec = cursorCodec<PolicyPosition>('approval-policies', z.tuple([cursorText, z.uuid()]));

export const listPolicies = defineRoute({
  method: 'get',
  path: '/v1/approval-policies',
  tag: 'Approval policies',
  summary: 'List the approval policies',
  description:
    'By name, without those that are archived. Of several policies that guard the connections of one post, the strictest applies: more steps, then more approvals, then fewer people who may give them.',
  permission: 'policy.read',
  query: z.strictObject({ ...pageQuery }),
  answer: { status: 200, schema: pageOf(policyView), description: 'A page of policies.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, query: { limit, cursor } }) => {
    const rows = await selectPolicies(trx, { after: codec.decode(cursor), limit });
    const positionOf = ({ name, id }: PolicyRow) => [name, id] as const;
    const shown = pageFrom(rows, limit, { codec, positionOf, present: (row) => row });
    return answer({ items: [...(await presentPolicies(trx, shown.items))], nextCursor: shown.nextCursor });
  },
});

export const readPolicy = defineRoute({
  method: 'get',
  path: '/v1/approval-policies/{policyId}',
  tag: 'Approval policies',
  summary: 'Read an approval policy',
  description: 'A policy with all of its versions, and whose posts it would leave stuck today.',
  permission: 'policy.read',
  params: policyParams,
  answer: {
    status: 200,
    schema: wholePolicyView,
    description: 'The policy.',
    headers: { etag: 'Its version, for `If-Match`.' },
  },
  refusals: {},
  audit: null,
  handle: async ({ trx, params, refuse }) => {
    const row = await selectPolicy(trx, params.policyId);
    if (row === null) throw refuse('not_found');
    return answerPolicy(trx, row);
  },
});

/** The whole of a policy, as the answer of a route. */
export async function answerPolicy(
  trx: TenantTransaction,
  row: PolicyRow,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered<z.input<typeof wholePolicyView>>> {
  const view = await presentWholePolicy(trx, row, await selectPolicyVersions(trx, row.id));
  return answer(view, { etag: entityTag(row.version), ...headers });
}
