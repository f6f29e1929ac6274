import { cancel } from '../../workflows/post/messages.ts';
import { defineRoute } from '../define-route.ts';
import { commandPost, freshPost, readStored } from './command-post.ts';
import { commandProblems } from './post-problems.ts';
import { postParams } from './post-schemas.ts';
import { postView } from './post-view-schemas.ts';

export const cancelPost = defineRoute({
  method: 'post',
  path: '/v1/posts/{postId}/cancel',
  tag: 'Posts',
  summary: 'Cancel a post',
  description:
    'Takes a post that is `in_review`, `approved` or `scheduled` back for good; an open approval is withdrawn. Accepted until the first call to a network begins, then `too-late`. A draft is deleted instead.',
  permission: 'post.write',
  params: postParams,
  answer: { status: 200, schema: postView, description: 'The cancelled post.', headers: { etag: 'Its version.' } },
  refusals: commandProblems,
  audit: 'post.cancelled',
  act: async (ctx) => {
    const post = await readStored(ctx, ctx.params.postId);
    await commandPost(ctx, post, { update: cancel, args: [{ by: ctx.caller.userId }] });
    return freshPost(ctx, post.id, ({ status }) => status === 'cancelled');
  },
});
