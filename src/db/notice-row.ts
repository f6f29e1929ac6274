import {
  aboutCampaigns,
  aboutApprovals,
  aboutConnections,
  type Notice,
  type NotificationData,
  type NotificationKind,
} from '../domain/notification.ts';
import type { CampaignId, ConnectionId, PostId } from '../domain/ids.ts';
import type { Network } from '../domain/network.ts';

/** A notification with what it is about: a post, a connection or a campaign, as the table makes sure. */
export interface NoticeRow {
  readonly kind: NotificationKind;
  readonly data: NotificationData;
  readonly post_id: PostId | null;
  readonly excerpt: string | null;
  readonly pages: number | null;
  readonly scheduled_at: Date | null;
  readonly connection_id: ConnectionId | null;
  readonly page: string | null;
  readonly network: Network | null;
  readonly campaign_id: CampaignId | null;
  readonly campaign: string | null;
}

/** What the person is told. */
export function noticeOf(
  { kind, data, excerpt, pages, scheduled_at, page, network, campaign }: NoticeRow,
  { actor, comment }: { actor: string | null; comment: string | null },
): Notice {
  if (aboutCampaigns(kind) || (campaign !== null && aboutApprovals(kind))) {
    if (campaign === null) throw new Error('a notification has lost its campaign');
    return { about: 'campaign', kind, actor, name: campaign, data };
  }
  if (!aboutConnections(kind)) {
    const post = { excerpt: excerpt ?? '', pages: pages ?? 0, scheduledAt: scheduled_at };
    return { about: 'post', kind, actor, ...post, comment, data };
  }
  if (page === null || network === null) throw new Error('a notification has lost its connection');
  return { about: 'connection', kind, page, network, data };
}

/** The same as the API and links name it. */
export function subjectOf({
  post_id: postId,
  connection_id: connectionId,
  campaign_id: campaignId,
}: Pick<NoticeRow, 'post_id' | 'connection_id' | 'campaign_id'>):
  | { readonly kind: 'post'; readonly id: PostId }
  | { readonly kind: 'connection'; readonly id: ConnectionId }
  | { readonly kind: 'campaign'; readonly id: CampaignId } {
  if (postId !== null) return { kind: 'post', id: postId };
  if (campaignId !== null) return { kind: 'campaign', id: campaignId };
  if (connectionId === null) throw new Error('a notification is about nothing');
  return { kind: 'connection', id: connectionId };
}
