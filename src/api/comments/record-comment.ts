import { appendEvents } from '../../db/event.ts';
import { notePost } from '../../db/post.ts';
import type { CommentId, PostId, UserId } from '../../domain/ids.ts';
import type { HandleContext } from '../route-context.ts';

type Writer = Pick<HandleContext<unknown, unknown, unknown, never>, 'trx' | 'caller' | 'now'>;

/** Puts what happened to a comment into the timeline of its post, in ids. */
export async function recordComment(
  { trx, caller, now }: Writer,
  kind: 'comment.created' | 'comment.edited' | 'comment.deleted',
  {
    postId,
    commentId,
    replyTo = null,
    mentioned = [],
  }: { postId: PostId; commentId: CommentId; replyTo?: CommentId | null; mentioned?: readonly UserId[] },
): Promise<void> {
  await notePost(trx, postId, now);
  await appendEvents(trx, [
    {
      tenantId: caller.tenantId,
      at: now,
      kind,
      entity: 'post',
      entityId: postId,
      actor: { kind: 'user', id: caller.userId },
      data: { commentId, ...(replyTo === null ? {} : { replyTo }), ...(mentioned.length === 0 ? {} : { mentioned }) },
    },
  ]);
}
