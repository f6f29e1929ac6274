import { defineRoute } from '../define-route.ts';
import { postParams } from './post-schemas.ts';
import { postView } from './post-view-schemas.ts';
import { presentPost } from './present-post.ts';

export const readPost = defineRoute({
  method: 'get',
  path: '/v1/posts/{postId}',
  tag: 'Posts',
  summary: 'Read a post',
  description:
    'A post with its content and what is wrong with it, its targets and where they stand, its approval, and the timeline of everything that happened to it.',
  permission: 'post.read',
  params: postParams,
  answer: {
    status: 200,
    schema: postView,
    description: 'The post.',
    headers: { etag: 'Its version, for `If-Match`.' },
  },
  refusals: {},
  audit: null,
  handle: (ctx) => presentPost(ctx.trx, ctx, ctx.params.postId),
});
