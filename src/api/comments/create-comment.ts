import { z } from 'zod';
import { insertPostComment, selectPostComment } from '../../db/post-comment.ts';
import { selectRevisionId } from '../../db/post-revision.ts';
import { selectPost } from '../../db/post.ts';
import { withoutNames } from '../../domain/comment.ts';
import type { CommentId, PostId, RevisionId } from '../../domain/ids.ts';
import { newId } from '../../platform/new-id.ts';
import { defineRoute } from '../define-route.ts';
import { entityTag } from '../entity-tag.ts';
import { postParams } from '../posts/post-schemas.ts';
import { answer, type HandleContext } from '../route-context.ts';
import { commentBody, commentId, commentView } from './comment-schemas.ts';
import { mention, requireMentionable } from './mention.ts';
import { presentComment } from './present-comment.ts';
import { recordComment } from './record-comment.ts';

type Writer = Pick<HandleContext<unknown, unknown, unknown, never>, 'trx' | 'invalid'>;

export const createComment = defineRoute({
  method: 'post',
  path: '/v1/posts/{postId}/comments',
  tag: 'Comments',
  summary: 'Comment on a post',
  description:
    'Says something to colleagues about a post, whatever its state. Whoever is mentioned is notified, in the product and by e-mail. Nothing of it is ever published.',
  permission: 'post.comment',
  params: postParams,
  body: z.strictObject({
    body: commentBody,
    replyTo: commentId.nullable().default(null).meta({ description: 'A comment that is not an answer itself.' }),
    revision: z
      .int()
      .min(1)
      .nullable()
      .default(null)
      .meta({ description: 'The revision of the post that it speaks of, by its number.' }),
  }),
  answer: {
    status: 201,
    schema: commentView,
    description: 'The comment.',
    headers: { etag: 'Its version, for `If-Match`.' },
  },
  refusals: {},
  audit: 'comment.created',
  handle: async (ctx) => {
    const { trx, caller, params, body, now } = ctx;
    const { postId } = params;
    if ((await selectPost(trx, postId)) === undefined) throw ctx.refuse('not_found');
    if (body.replyTo !== null) await requireFirstLevel(ctx, postId, body.replyTo);
    const revisionId = body.revision === null ? null : await requireRevision(ctx, postId, body.revision);
    const mentioned = await requireMentionable(ctx, body.body);
    const id = newId<CommentId>();
    // First, since it locks the post: comments that are written at once wait here, not for each other's references.
    await recordComment(ctx, 'comment.created', { postId, commentId: id, replyTo: body.replyTo, mentioned });
    await insertPostComment(trx, {
      tenantId: caller.tenantId,
      id,
      postId,
      revisionId,
      replyTo: body.replyTo,
      by: caller.userId,
      body: withoutNames(body.body),
      now,
    });
    await mention(ctx, { postId, id }, mentioned);
    const row = await selectPostComment(trx, postId, id);
    if (row === undefined) throw ctx.refuse('not_found');
    return answer(presentComment(row), { etag: entityTag(row.version) });
  },
});

async function requireFirstLevel({ trx, invalid }: Writer, postId: PostId, replyTo: CommentId): Promise<void> {
  const answered = await selectPostComment(trx, postId, replyTo);
  const at = { pointer: '/replyTo', limit: null, value: replyTo } as const;
  if (answered === undefined) throw invalid([{ ...at, rule: 'exists', detail: 'is not a comment on this post' }]);
  if (answered.reply_to !== null) throw invalid([{ ...at, rule: 'one_level', detail: 'is an answer itself' }]);
}

async function requireRevision({ trx, invalid }: Writer, postId: PostId, number: number): Promise<RevisionId> {
  const id = await selectRevisionId(trx, postId, number);
  if (id !== null) return id;
  const detail = 'is not a revision of this post';
  throw invalid([{ pointer: '/revision', rule: 'exists', limit: null, value: number, detail }]);
}
