import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { approvalParams, approvalView } from './approval-schemas.ts';
import { findApproval } from './find-approval.ts';
import { presentApprovals } from './present-approval.ts';

export const readApproval = defineRoute({
  method: 'get',
  path: '/v1/approvals/{approvalId}',
  tag: 'Approvals',
  summary: 'Read an approval',
  description:
    'One approval with its steps, who may vote on them, and every vote with its comment. That of a campaign needs `campaign.read`, too.',
  permission: 'post.read',
  params: approvalParams,
  answer: { status: 200, schema: approvalView, description: 'The approval.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, caller, params, refuse }) => {
    const row = await findApproval(trx, caller, params.approvalId);
    if (row === null) throw refuse('not_found');
    const [view] = await presentApprovals(trx, [row]);
    if (view === undefined) throw refuse('not_found');
    return answer(view);
  },
});
