import type { CampaignId, CommentId, ConnectionId, PostId, TenantId, UserId } from './ids.ts';
import type { Network } from './network.ts';

/** What a person may have to know now of a post, or of a campaign, that has to be approved. */
export const approvalNoticeKinds = [
  /** A step has opened that this person may vote on. */
  'approval_requested',
  /** It is still open, and this person has not voted. */
  'approval_reminder',
  /** Its time has run out, and this person was named for that case. */
  'approval_escalated',
  /** Somebody, the actor, has handed their vote to this person. */
  'approval_delegated',
  /** It is over; for whoever wrote or submitted what it is about. */
  'approval_settled',
  /** Its time has run out; for whoever waits for it. */
  'approval_overdue',
] as const;

/** What a person may have to know now of a post. */
export const postNoticeKinds = [
  ...approvalNoticeKinds,
  /** A colleague, the actor, has named this person in a comment. */
  'mentioned',
] as const;

/** What whoever looks after connections may have to know now of one. */
export const connectionNoticeKinds = [
  /** Its network has been in trouble for a while. */
  'connection_degraded',
  /** A permission was lost, or consent is about to lapse. */
  'connection_refresh_required',
  /** The network no longer honours the grant. */
  'connection_expired',
  /** It is still one of the three. */
  'connection_reminder',
  /** It works again. */
  'connection_repaired',
] as const;

/** What those who sent a campaign, or may stop one, may have to know now of it. */
export const campaignNoticeKinds = [
  /** It has stopped by itself; `reason` says why. */
  'campaign_paused',
  /** Everybody of its audience has been dealt with. */
  'campaign_finished',
] as const;

/** Each kind has its words in every language of `src/messages/`. */
export const notificationKinds = [...postNoticeKinds, ...connectionNoticeKinds, ...campaignNoticeKinds] as const;

export type ApprovalNoticeKind = (typeof approvalNoticeKinds)[number];
export type PostNoticeKind = (typeof postNoticeKinds)[number];
export type ConnectionNoticeKind = (typeof connectionNoticeKinds)[number];
export type CampaignNoticeKind = (typeof campaignNoticeKinds)[number];
export type NotificationKind = PostNoticeKind | ConnectionNoticeKind | CampaignNoticeKind;

/** Ids, codes and instants (ISO 8601) that the words of a notification are made of. Unknown members are kept. */
export interface NotificationData {
  readonly approvalId?: string;
  /** Until when the open step may take. */
  readonly deadlineAt?: string | null;
  /** How an approval ended. */
  readonly outcome?: string;
  readonly commentId?: CommentId;
  /** The state of a connection, and since when. */
  readonly state?: string;
  readonly since?: string;
  /** Why a connection wants consent again: `permission_lost`, or `consent_lapsing`. */
  readonly cause?: string;
  /** How many posts wait for a connection, or waited for it, and what becomes of those whose slot has passed. */
  readonly waiting?: number;
  readonly passedSlots?: string;
  /** Why a campaign has paused, and with which code of the network's where there is one. */
  readonly reason?: string;
  readonly code?: number | null;
  readonly [more: string]: unknown;
}

/** What a notification is about. */
export type NotificationSubject =
  | { readonly kind: PostNoticeKind; readonly postId: PostId }
  | { readonly kind: CampaignNoticeKind | ApprovalNoticeKind; readonly campaignId: CampaignId }
  | { readonly kind: ConnectionNoticeKind; readonly connectionId: ConnectionId };

/** An order to let people know of one occasion. Carrying it out twice notifies once. */
export type NotificationOrder = NotificationSubject & {
  readonly tenantId: TenantId;
  /** May name anybody, repeatedly: the inactive, service accounts and the actor are left out. */
  readonly recipients: readonly UserId[];
  /** The occasion: a person hears once of each, per subject and kind. `approvalId/stepKey/reminder-2`, a comment's id. */
  readonly episode: string;
  /** Who brought it about; `null`: time, or a process. */
  readonly by: UserId | null;
  readonly at: Date;
  readonly data: NotificationData;
};

/**
 * How the e-mail of a notification ended: taken by the mail server, refused by it for good, not sent because nobody is
 * there to read it, or not sent for so long that it would tell nothing.
 */
export const mailOutcomes = ['sent', 'refused', 'skipped', 'expired'] as const;
export type MailOutcome = (typeof mailOutcomes)[number];

/** A notification as it is told: everything but the language. */
export type Notice = PostNotice | ConnectionNotice | CampaignNotice;

export interface PostNotice {
  readonly about: 'post';
  readonly kind: PostNoticeKind;
  /** What the actor is called; `null` when there is none. */
  readonly actor: string | null;
  /** How the post begins; empty if it has no text. */
  readonly excerpt: string;
  /** On how many pages the post is to appear, and when. */
  readonly pages: number;
  readonly scheduledAt: Date | null;
  /** The words of the comment that it speaks of. */
  readonly comment: string | null;
  readonly data: NotificationData;
}

export interface ConnectionNotice {
  readonly about: 'connection';
  readonly kind: ConnectionNoticeKind;
  /** What the page is called. */
  readonly page: string;
  readonly network: Network;
  readonly data: NotificationData;
}

export interface CampaignNotice {
  readonly about: 'campaign';
  readonly kind: CampaignNoticeKind | ApprovalNoticeKind;
  /** What the actor is called; `null` when there is none. */
  readonly actor: string | null;
  /** What the campaign is called. */
  readonly name: string;
  readonly data: NotificationData;
}

/** Whether notifications of this kind are about the sending of campaigns. */
export function aboutCampaigns(kind: NotificationKind): kind is CampaignNoticeKind {
  return campaignNoticeKinds.some((candidate) => candidate === kind);
}

/** Whether notifications of this kind are about approvals. */
export function aboutApprovals(kind: NotificationKind): kind is ApprovalNoticeKind {
  return approvalNoticeKinds.some((candidate) => candidate === kind);
}

/** Whether notifications of this kind are about connections. */
export function aboutConnections(kind: NotificationKind): kind is ConnectionNoticeKind {
  return connectionNoticeKinds.some((candidate) => candidate === kind);
}

const minuteMs = 60_000;
const longestWaitMs = 60 * minuteMs;

/** How long to wait after the n-th failed try to send an e-mail (n from 1): a minute, doubling to an hour. */
export function mailWaitMs(attempts: number): number {
  return Math.min(longestWaitMs, minuteMs * 2 ** Math.min(Math.max(attempts, 1) - 1, 10));
}

/** An e-mail that could not be sent for three days tells nobody anything any more; the list in the product still does. */
export const mailLifetimeMs = 3 * 24 * 60 * minuteMs;
