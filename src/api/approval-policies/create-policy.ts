import { insertPolicy, selectPolicy } from '../../db/policy-store.ts';
import type { PolicyId } from '../../domain/ids.ts';
import { newId } from '../../platform/new-id.ts';
import { defineRoute } from '../define-route.ts';
import type { FieldError } from '../problem.ts';
import { policyErrors, stepsOf } from './judge-policy.ts';
import { newPolicyBody } from './policy-schemas.ts';
import { wholePolicyView } from './policy-view.ts';
import { answerPolicy } from './read-policies.ts';
import { recordChange } from './record-change.ts';

export const createPolicy = defineRoute({
  method: 'post',
  path: '/v1/approval-policies',
  tag: 'Approval policies',
  summary: 'Create an approval policy',
  description:
    'Ordered steps, each with its people, its rule and its limits. A step that nobody could pass is refused, one that only some authors could not is a warning. It guards nothing before it is assigned to a connection or made the default.',
  permission: 'policy.write',
  body: newPolicyBody,
  answer: {
    status: 201,
    schema: wholePolicyView,
    description: 'The policy.',
    headers: { etag: 'Its version, for `If-Match`.', location: 'Its address.' },
  },
  refusals: {},
  audit: 'policy.created',
  handle: async (ctx) => {
    const { trx, caller, body, now, invalid } = ctx;
    const content = { ...body, steps: stepsOf(body.steps) };
    const errors = await policyErrors(trx, content);
    if (errors.length > 0) throw invalid(errors);
    const id = newId<PolicyId>();
    const { tenantId, userId } = caller;
    const inserted = await insertPolicy(trx, { tenantId, id, content, version: 1, by: userId, now });
    if (!inserted) throw invalid([nameTaken(body.name)]);
    await recordChange(ctx, 'policy.created', { id, version: 1 });
    const row = await selectPolicy(trx, id);
    if (row === null) throw new Error('a policy that was written is not there');
    return answerPolicy(trx, row, { location: `/v1/approval-policies/${id}` });
  },
});

export function nameTaken(name: string): FieldError {
  return { pointer: '/name', rule: 'unique', limit: null, value: name, detail: 'is the name of another policy' };
}
