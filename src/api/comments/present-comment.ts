import type { PostCommentRow } from '../../db/post-comment.ts';
import { withNames } from '../../domain/comment.ts';
import type { UserId } from '../../domain/ids.ts';
import type { CommentView } from './comment-schemas.ts';

export function presentComment(row: PostCommentRow): CommentView {
  const names = new Map(row.mentions.map(({ id, name }) => [id, name]));
  return {
    id: row.id,
    postId: row.post_id,
    replyTo: row.reply_to,
    revision: row.revision_number,
    author: { id: row.author_id, name: row.author_name },
    body: row.body === null ? null : withNames(row.body, (user: UserId) => names.get(user) ?? ''),
    mentions: [...row.mentions],
    version: row.version,
    createdAt: row.created_at.toISOString(),
    editedAt: row.edited_at?.toISOString() ?? null,
    deletedAt: row.deleted_at?.toISOString() ?? null,
  };
}
