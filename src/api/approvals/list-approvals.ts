import { z } from 'zod';
import { type ApprovalFilter, selectApprovalPage } from '../../db/approval-read.ts';
import type { ApprovalId, UserId } from '../../domain/ids.ts';
import { defineRoute } from '../define-route.ts';
import { listOf } from '../list-of.ts';
import { cursorCodec, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { id } from '../schemas.ts';
import { approvalOutcomes, approvalView } from './approval-schemas.ts';
import { presentApprovals } from './present-approval.ts';

const cursors = cursorCodec('approvals', id<ApprovalId>('The last approval of the page before.'));

export const listApprovals = defineRoute({
  method: 'get',
  path: '/v1/approvals',
  tag: 'Approvals',
  summary: 'List approvals',
  description:
    'Approvals of posts and campaigns, newest first; those of campaigns for whoever has `campaign.read`. `assignee=me&outcome=open` is the list of what waits for the caller’s vote: what colleagues have let them vote on is in it, their own content and what has been voted on is not.',
  permission: 'post.read',
  query: z.strictObject({
    ...pageQuery,
    assignee: z
      .union([z.literal('me'), id<UserId>('A member.')])
      .optional()
      .meta({ description: '`me`, or the id of a member: those that this person can vote on, or could have.' }),
    outcome: listOf(['open', ...approvalOutcomes], 'How it ended, or `open`; several separated by commas.'),
  }),
  answer: { status: 200, schema: pageOf(approvalView), description: 'A page of approvals.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, query, caller, now }) => {
    const filter: ApprovalFilter = {
      campaigns: caller.permissions.has('campaign.read'),
      assignee: query.assignee === 'me' ? caller.userId : (query.assignee ?? null),
      outcomes: query.outcome,
      before: cursors.decode(query.cursor),
      limit: query.limit,
      now,
    };
    const rows = await selectApprovalPage(trx, filter);
    const shown = pageFrom(rows, query.limit, { codec: cursors, positionOf: (row) => row.id, present: (row) => row });
    return answer({ items: [...(await presentApprovals(trx, shown.items))], nextCursor: shown.nextCursor });
  },
});
