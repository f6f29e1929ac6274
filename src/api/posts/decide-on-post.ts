import type { z } from 'zod';
import { selectLastApproval } from '../../db/approval-read.ts';
import { selectPost } from '../../db/post.ts';
import { approvalView } from '../approvals/approval-schemas.ts';
import { castVote, decisionOnPostBody, decisionRefusals } from '../approvals/decide.ts';
import { defineRoute } from '../define-route.ts';
import type { Refused } from '../problem.ts';
import type { ActContext } from '../route-context.ts';
import { postParams } from './post-schemas.ts';
import { wrongState } from './wrong-state.ts';

export const decideOnPost = defineRoute({
  method: 'post',
  path: '/v1/posts/{postId}/decisions',
  tag: 'Posts',
  summary: 'Vote on a post in review',
  description:
    'Casts the caller’s vote in the open approval of the post. A vote is bound to the content: give `contentHash` or `revision` of what was read, and it never counts for something else. The first rejection or request for changes settles the approval.',
  permission: 'post.approve',
  params: postParams,
  body: decisionOnPostBody,
  answer: { status: 200, schema: approvalView, description: 'The approval after the vote.' },
  refusals: decisionRefusals,
  audit: 'approval.vote',
  act: async (ctx) => {
    const open = await ctx.inTenant((trx) => selectLastApproval(trx, ctx.params.postId));
    if (open === undefined) throw await noApproval(ctx);
    return castVote(ctx, open);
  },
});

async function noApproval({
  inTenant,
  refuse,
  params,
}: Pick<
  ActContext<z.output<typeof postParams>, unknown, unknown, 'wrong_state'>,
  'inTenant' | 'refuse' | 'params'
>): Promise<Refused> {
  const post = await inTenant((trx) => selectPost(trx, params.postId));
  return post === undefined ? refuse('not_found') : wrongState({ refuse }, post.status);
}
