import { reschedule } from '../../workflows/post/messages.ts';
import { defineRoute } from '../define-route.ts';
import { commandPost, freshPost, readStored } from './command-post.ts';
import { commandProblems, directStartProblems } from './post-problems.ts';
import { postParams, slotBody } from './post-schemas.ts';
import { postView } from './post-view-schemas.ts';
import { requireFuture } from './slot.ts';
import { startDirectly } from './start-directly.ts';
import { wrongState } from './wrong-state.ts';

export const schedulePost = defineRoute({
  method: 'post',
  path: '/v1/posts/{postId}/schedule',
  tag: 'Posts',
  summary: 'Schedule a post',
  description:
    'Says when an `approved` post is published; a `scheduled` one is moved. A `draft` that no approval policy guards is started with this slot; where a policy applies it has to be submitted.',
  permission: 'post.publish',
  params: postParams,
  body: slotBody,
  answer: { status: 200, schema: postView, description: 'The post as it is now.', headers: { etag: 'Its version.' } },
  refusals: { ...commandProblems, ...directStartProblems },
  audit: 'post.scheduled',
  act: async (ctx) => {
    const { params, body, caller } = ctx;
    requireFuture(ctx, body.scheduledAt);
    const started = await startDirectly(ctx, params.postId, {
      scheduledAt: body.scheduledAt,
      event: 'post.scheduled',
    });
    if (started === null) {
      const post = await readStored(ctx, params.postId);
      if (post.status === 'in_review') throw wrongState(ctx, post.status);
      const args: [{ slot: number; by: typeof caller.userId }] = [
        { slot: body.scheduledAt.getTime(), by: caller.userId },
      ];
      await commandPost(ctx, post, { update: reschedule, args });
    }
    return freshPost(ctx, params.postId);
  },
});
