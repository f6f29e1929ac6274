import { z } from 'zod';
import { erasePostComment, lockPostComment, type PostCommentRow, updatePostComment } from '../../db/post-comment.ts';
import { withoutNames } from '../../domain/comment.ts';
import { defineRoute } from '../define-route.ts';
import { entityTag } from '../entity-tag.ts';
import { answer, type HandleContext } from '../route-context.ts';
import { commentBody, commentParams, commentView } from './comment-schemas.ts';
import { mention, requireMentionable } from './mention.ts';
import { presentComment } from './present-comment.ts';
import { recordComment } from './record-comment.ts';

const refusals = {
  not_the_author: {
    status: 403,
    title: 'Not the author',
    description: 'A comment is changed and deleted by whoever wrote it, and by nobody else.',
  },
  comment_deleted: { status: 409, title: 'Comment deleted', description: 'The comment has been deleted.' },
} as const;

type Context = Pick<
  HandleContext<z.output<typeof commentParams>, undefined, unknown, 'not_the_author'>,
  'trx' | 'params' | 'caller' | 'refuse'
>;

export const editComment = defineRoute({
  method: 'patch',
  path: '/v1/posts/{postId}/comments/{commentId}',
  tag: 'Comments',
  summary: 'Edit a comment',
  description:
    'Changes what the caller has said; readers see that it was edited. Whoever is mentioned for the first time is notified, nobody twice.',
  permission: 'post.comment',
  params: commentParams,
  body: z.strictObject({ body: commentBody }),
  ifMatch: true,
  answer: { status: 200, schema: commentView, description: 'The comment.', headers: { etag: 'Its version.' } },
  refusals,
  audit: 'comment.edited',
  handle: async (ctx) => {
    const { trx, body, now } = ctx;
    const comment = await ownComment(ctx);
    ctx.requireVersion(comment.version);
    if (comment.body === null) throw ctx.refuse('comment_deleted');
    const kept = withoutNames(body.body);
    if (kept !== comment.body) {
      const { id, post_id: postId } = comment;
      const mentioned = await requireMentionable(ctx, body.body);
      await updatePostComment(trx, id, { body: kept, now });
      await mention(ctx, { postId, id }, mentioned);
      await recordComment(ctx, 'comment.edited', { postId, commentId: id, mentioned });
    }
    const row = await ownComment(ctx);
    return answer(presentComment(row), { etag: entityTag(row.version) });
  },
});

export const deleteComment = defineRoute({
  method: 'delete',
  path: '/v1/posts/{postId}/comments/{commentId}',
  tag: 'Comments',
  summary: 'Delete a comment',
  description: 'Takes back what the caller has said. Its place stays, without its words, and so do its answers.',
  permission: 'post.comment',
  params: commentParams,
  answer: { status: 204, schema: z.null(), description: 'Its words are gone.' },
  refusals: { not_the_author: refusals.not_the_author },
  audit: 'comment.deleted',
  handle: async (ctx) => {
    const comment = await ownComment(ctx);
    if (comment.body !== null) {
      await erasePostComment(ctx.trx, comment.id, ctx.now);
      await recordComment(ctx, 'comment.deleted', { postId: comment.post_id, commentId: comment.id });
    }
    return answer(null);
  },
});

/** The comment, locked. Throws 404, and 403 for somebody else's. */
async function ownComment({ trx, params, caller, refuse }: Context): Promise<PostCommentRow> {
  const comment = await lockPostComment(trx, params.postId, params.commentId);
  if (comment === undefined) throw refuse('not_found');
  if (comment.author_id !== caller.userId) throw refuse('not_the_author');
  return comment;
}
