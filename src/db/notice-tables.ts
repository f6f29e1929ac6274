import type { Generated } from 'kysely';
import type {
  CampaignId,
  CommentId,
  ConnectionId,
  NotificationId,
  PostId,
  RevisionId,
  TenantId,
  UserId,
} from '../domain/ids.ts';
import type { MailOutcome, NotificationData, NotificationKind } from '../domain/notification.ts';
import type { Json } from './json-column.ts';

/** What colleagues say to each other about posts, and what they are told. */
export interface NoticeTables {
  post_comment: {
    tenant_id: TenantId;
    id: CommentId;
    post_id: PostId;
    revision_id: RevisionId | null;
    reply_to: CommentId | null;
    author_id: UserId;
    body: string | null;
    version: Generated<number>;
    created_at: Date;
    edited_at: Date | null;
    deleted_at: Date | null;
  };
  post_comment_mention: { tenant_id: TenantId; comment_id: CommentId; user_id: UserId };
  notification: {
    tenant_id: TenantId;
    id: NotificationId;
    kind: NotificationKind;
    post_id: PostId | null;
    connection_id: ConnectionId | null;
    campaign_id: CampaignId | null;
    episode: string;
    user_id: UserId;
    actor_id: UserId | null;
    data: Json<NotificationData>;
    created_at: Date;
    read_at: Date | null;
  };
  notification_mail: {
    tenant_id: TenantId;
    notification_id: NotificationId;
    created_at: Date;
    next_attempt_at: Date;
    attempts: Generated<number>;
    outcome: MailOutcome | null;
    settled_at: Date | null;
    last_error: string | null;
  };
}
