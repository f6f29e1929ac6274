import { reschedule } from '../../workflows/post/messages.ts';
import { defineRoute } from '../define-route.ts';
import { commandPost, freshPost, readStored } from './command-post.ts';
import { commandProblems } from './post-problems.ts';
import { postParams, slotBody } from './post-schemas.ts';
import { postView } from './post-view-schemas.ts';
import { requireFuture } from './slot.ts';

export const reschedulePost = defineRoute({
  method: 'post',
  path: '/v1/posts/{postId}/reschedule',
  tag: 'Posts',
  summary: 'Move a post to another time',
  description:
    'Sets the slot of a post that is `in_review`, `approved` or `scheduled`. Accepted until the first call to a network begins, then `too-late`; whoever is told that it was accepted can rely on it.',
  permission: 'post.publish',
  params: postParams,
  body: slotBody,
  answer: { status: 200, schema: postView, description: 'The post as it is now.', headers: { etag: 'Its version.' } },
  refusals: commandProblems,
  audit: 'post.rescheduled',
  act: async (ctx) => {
    const { params, body, caller } = ctx;
    requireFuture(ctx, body.scheduledAt);
    const post = await readStored(ctx, params.postId);
    await commandPost(ctx, post, {
      update: reschedule,
      args: [{ slot: body.scheduledAt.getTime(), by: caller.userId }],
    });
    return freshPost(ctx, post.id);
  },
});
