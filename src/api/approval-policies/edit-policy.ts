import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { lockPolicy, type PolicyContent, type PolicyRow, updatePolicy } from '../../db/policy-store.ts';
import { defineRoute } from '../define-route.ts';
import { nameTaken } from './create-policy.ts';
import { policyErrors, stepsOf } from './judge-policy.ts';
import { archived } from './policy-problems.ts';
import { changedPolicyBody, policyParams } from './policy-schemas.ts';
import { wholePolicyView } from './policy-view.ts';
import { answerPolicy } from './read-policies.ts';
import { recordChange } from './record-change.ts';

export const editPolicy = defineRoute({
  method: 'patch',
  path: '/v1/approval-policies/{policyId}',
  tag: 'Approval policies',
  summary: 'Edit an approval policy',
  description:
    'Changes what the body names, the steps all at once, as another version. Approvals that run keep the version that they began with, and show it.',
  permission: 'policy.write',
  params: policyParams,
  body: changedPolicyBody,
  ifMatch: true,
  answer: {
    status: 200,
    schema: wholePolicyView,
    description: 'The policy as it is now.',
    headers: { etag: 'Its version.' },
  },
  refusals: archived,
  audit: 'policy.changed',
  handle: async (ctx) => {
    const { trx, caller, params, body, now, invalid } = ctx;
    const row = await lockPolicy(trx, params.policyId);
    if (row === null) throw ctx.refuse('not_found');
    ctx.requireVersion(row.version);
    if (row.archivedAt !== null) throw ctx.refuse('policy_archived');

    const [before, content] = [contentOf(row), changed(contentOf(row), body)];
    if (isDeepStrictEqual(before, content)) return answerPolicy(trx, row);
    const errors = await policyErrors(trx, content);
    if (errors.length > 0) throw invalid(errors);
    const [version, { tenantId, userId }] = [row.version + 1, caller];
    const updated = await updatePolicy(trx, { tenantId, id: row.id, content, version, by: userId, now });
    if (!updated) throw invalid([nameTaken(content.name)]);
    await recordChange(ctx, 'policy.changed', { id: row.id, version });
    return answerPolicy(trx, { ...row, ...content, version });
  },
});

function contentOf({ name, steps, authorsMayVote, calendarId }: PolicyRow): PolicyContent {
  return { name, steps, authorsMayVote, calendarId };
}

function changed(content: PolicyContent, body: z.output<typeof changedPolicyBody>): PolicyContent {
  return {
    name: body.name ?? content.name,
    steps: body.steps === undefined ? content.steps : stepsOf(body.steps),
    authorsMayVote: body.authorsMayVote ?? content.authorsMayVote,
    calendarId: body.calendarId === undefined ? content.calendarId : body.calendarId,
  };
}
