import { publishNow } from '../../workflows/post/messages.ts';
import { defineRoute } from '../define-route.ts';
import { commandPost, freshPost, readStored } from './command-post.ts';
import { commandProblems, directStartProblems, haltProblem } from './post-problems.ts';
import { postParams } from './post-schemas.ts';
import { postView } from './post-view-schemas.ts';
import { startDirectly } from './start-directly.ts';

export const publishPostNow = defineRoute({
  method: 'post',
  path: '/v1/posts/{postId}/publish-now',
  tag: 'Posts',
  summary: 'Publish a post now',
  description:
    'Publishes an `approved` or `scheduled` post without waiting for its slot. A `draft` that no approval policy guards is started and published at once; where a policy applies it has to be submitted.',
  permission: 'post.publish',
  params: postParams,
  answer: { status: 200, schema: postView, description: 'The post as it is now.', headers: { etag: 'Its version.' } },
  refusals: { ...commandProblems, ...directStartProblems, ...haltProblem },
  audit: 'post.publish_now',
  act: async (ctx) => {
    const { params, caller, now } = ctx;
    const started = await startDirectly(ctx, params.postId, { scheduledAt: now, event: 'post.publish_now' });
    if (started === null) {
      const post = await readStored(ctx, params.postId);
      await commandPost(ctx, post, { update: publishNow, args: [{ by: caller.userId }] });
    }
    return freshPost(ctx, params.postId);
  },
});
