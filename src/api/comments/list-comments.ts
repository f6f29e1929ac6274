import { z } from 'zod';
import { selectPostComments } from '../../db/post-comment.ts';
import { selectPost } from '../../db/post.ts';
import { defineRoute } from '../define-route.ts';
import { cursorCodec, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { postParams } from '../posts/post-schemas.ts';
import { answer } from '../route-context.ts';
import { commentId, commentView } from './comment-schemas.ts';
import { presentComment } from './present-comment.ts';

const cursors = cursorCodec('comments', commentId);

export const listComments = defineRoute({
  method: 'get',
  path: '/v1/posts/{postId}/comments',
  tag: 'Comments',
  summary: 'List the comments on a post',
  description:
    'What colleagues say about a post, in the order in which they said it; `replyTo` says what answers what. A deleted comment keeps its place, without its words.',
  permission: 'post.read',
  params: postParams,
  query: z.strictObject(pageQuery),
  answer: { status: 200, schema: pageOf(commentView), description: 'A page of comments.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, params, query, refuse }) => {
    if ((await selectPost(trx, params.postId)) === undefined) throw refuse('not_found');
    const after = cursors.decode(query.cursor);
    const rows = await selectPostComments(trx, params.postId, { after, limit: query.limit });
    const page = pageFrom(rows, query.limit, { codec: cursors, positionOf: (row) => row.id, present: presentComment });
    return answer(page);
  },
});
