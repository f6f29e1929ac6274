import { lockPost, type StoredPost } from '../../db/post.ts';
import { isEditable } from '../../domain/post.ts';
import { requiredApproval, requireFulfillable } from '../approvals/required-approval.ts';
import { defineRoute } from '../define-route.ts';
import type { HandleContext } from '../route-context.ts';
import { authorsOf } from './post-authors.ts';
import { startProblems } from './post-problems.ts';
import { postParams } from './post-schemas.ts';
import { postView } from './post-view-schemas.ts';
import { presentPost } from './present-post.ts';
import { requirePublishable } from './publishable.ts';
import { requirePublish } from './require-publish.ts';
import { passedSlot } from './slot.ts';
import { type Start, startProcess } from './start-process.ts';
import { wrongState } from './wrong-state.ts';

export const submitPost = defineRoute({
  method: 'post',
  path: '/v1/posts/{postId}/submit',
  tag: 'Posts',
  summary: 'Submit a post',
  description:
    'Starts the process of a `draft`, or of a post with `changes_requested`. Where an approval policy applies (the strictest of its connections’, or the tenant’s) the post is `in_review` and its approvers may vote. Where none does, the caller needs `post.publish`, and the post is `scheduled`, or `approved` while it has no `scheduledAt`.',
  permission: 'post.write',
  params: postParams,
  answer: { status: 200, schema: postView, description: 'The post as it is now.', headers: { etag: 'Its version.' } },
  refusals: startProblems,
  audit: 'post.submitted',
  handle: async (ctx) => {
    const { trx, caller, params, now } = ctx;
    const post = await lockPost(trx, params.postId);
    if (post === undefined) throw ctx.refuse('not_found');
    if (!isEditable(post.status)) throw wrongState(ctx, post.status);
    const { scheduledAt } = post;
    if (scheduledAt !== null && scheduledAt <= now) throw ctx.refuse('slot_in_past', passedSlot(scheduledAt, now));
    const destinations = await requirePublishable(trx, ctx, post);
    const approval = await approvalOf(ctx, post);
    if (approval === null) requirePublish(caller);
    const scheduled = approval === null && scheduledAt !== null;
    const events = ['post.submitted', ...(scheduled ? (['post.scheduled'] as const) : [])] as const;
    await startProcess(trx, { post, destinations, scheduledAt, approval, events, caller, now });
    return presentPost(trx, ctx, post.id);
  },
});

type Submission = Pick<HandleContext<unknown, unknown, unknown, 'policy_unfulfillable'>, 'trx' | 'caller' | 'refuse'>;

/** The approval that the post needs; null when none. Throws 422 when nobody is left who could give it. */
async function approvalOf({ trx, caller, refuse }: Submission, post: StoredPost): Promise<Start['approval']> {
  const required = await requiredApproval(
    trx,
    post.content.targets.map((target) => target.connectionId),
  );
  if (required === null) return null;
  const authors = await authorsOf(trx, post, caller);
  requireFulfillable({ refuse }, required, authors);
  return { ...required, authors };
}
