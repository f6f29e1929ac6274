import type { CommentId, NotificationId, PostId, RevisionId, TenantId, UserId } from '../../../src/domain/ids.ts';
import type { OneRowPerTable } from './one-row-per-table.ts';

interface Ids {
  readonly user: UserId;
  readonly post: PostId;
  readonly revision: RevisionId;
  readonly comment: string;
  readonly notification: NotificationId;
  readonly postComment: CommentId;
}

/** Comments and notifications of a small but whole tenant. */
export function noticeRows(
  tenant_id: TenantId,
  { user, post, revision, comment, notification, postComment }: Ids,
  now: Date,
) {
  return {
    post_comment: {
      tenant_id,
      id: postComment,
      post_id: post,
      revision_id: revision,
      reply_to: null,
      author_id: user,
      body: 'Di domenica no?',
      created_at: now,
      edited_at: null,
      deleted_at: null,
    },
    post_comment_mention: { tenant_id, comment_id: postComment, user_id: user },
    notification: {
      tenant_id,
      id: notification,
      kind: 'approval_requested',
      post_id: post,
      connection_id: null,
      episode: comment,
      user_id: user,
      actor_id: null,
      data: '{}',
      created_at: now,
      read_at: null,
    },
    notification_mail: {
      tenant_id,
      notification_id: notification,
      created_at: now,
      // Settled: no relay may take it for work.
      next_attempt_at: now,
      outcome: 'sent',
      settled_at: now,
      last_error: null,
    },
  } satisfies Partial<OneRowPerTable>;
}
