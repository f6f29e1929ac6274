import { type GrantKind, missingScopes, type ScopeUse } from './grant.ts';
import type { Network } from './network.ts';

/**
 * The permissions that we ask each network for, by way of granting; none where a key carries its own. The order is that
 * in which they are asked for. `pages` stands only where a page cannot be found, read or kept without the permission:
 * whatever else is lost, the connection works.
 *
 * Sources: the networks' permission references, and what their consent pages offered to others up to November 2026.
 */
export function scopesOf(network: Network, kind: GrantKind): readonly ScopeUse[] {
  return scopes[network][kind] ?? [];
}

/** Their names. */
export function askedScopes(network: Network, kind: GrantKind): readonly string[] {
  return scopesOf(network, kind).map(({ scope }) => scope);
}

/** The names of those that are not among the granted. */
export function lackedScopes(network: Network, kind: GrantKind, granted: readonly string[]): readonly string[] {
  return missingScopes(scopesOf(network, kind), granted).map(({ scope }) => scope);
}

const scopes: Readonly<Record<Network, Partial<Record<GrantKind, readonly ScopeUse[]>>>> = {
  facebook: {
    facebook_login: [
      { scope: 'pages_show_list', features: ['pages'] },
      // Lists what a business owns besides; what a person picked is listed without it.
      { scope: 'business_management', features: [] },
      { scope: 'pages_manage_posts', features: ['publish'] },
      { scope: 'pages_manage_engagement', features: ['reply'] },
      { scope: 'pages_manage_metadata', features: ['webhooks'] },
      { scope: 'pages_read_engagement', features: ['import', 'publish'] },
      { scope: 'pages_read_user_content', features: ['import'] },
      { scope: 'pages_messaging', features: ['message'] },
      { scope: 'read_insights', features: ['insights'] },
    ],
  },
  instagram: {
    facebook_login: [
      { scope: 'instagram_basic', features: ['pages', 'publish', 'import'] },
      { scope: 'instagram_content_publish', features: ['publish'] },
      { scope: 'instagram_manage_comments', features: ['import', 'reply'] },
      { scope: 'instagram_manage_insights', features: ['insights'] },
      { scope: 'instagram_manage_messages', features: ['message'] },
      { scope: 'pages_show_list', features: ['pages'] },
      { scope: 'pages_read_engagement', features: ['pages'] },
      { scope: 'pages_manage_metadata', features: ['webhooks'] },
      // Lists what a business owns besides; what a person picked is listed without it.
      { scope: 'business_management', features: [] },
    ],
    instagram_login: [
      { scope: 'instagram_business_basic', features: ['pages', 'publish', 'import'] },
      { scope: 'instagram_business_content_publish', features: ['publish'] },
      { scope: 'instagram_business_manage_comments', features: ['import', 'reply'] },
      { scope: 'instagram_business_manage_insights', features: ['insights'] },
      { scope: 'instagram_business_manage_messages', features: ['message'] },
    ],
  },
  whatsapp: {
    embedded_signup: [
      { scope: 'whatsapp_business_management', features: ['pages', 'webhooks'] },
      { scope: 'whatsapp_business_messaging', features: ['message', 'reply'] },
    ],
  },
  linkedin: {
    oauth: [
      // Says who consents, which is asked once.
      { scope: 'r_basicprofile', features: [] },
      { scope: 'rw_organization_admin', features: ['pages', 'insights', 'webhooks'] },
      { scope: 'r_organization_social', features: ['import'] },
      { scope: 'w_organization_social', features: ['publish', 'reply'] },
    ],
  },
  x: {
    oauth: [
      { scope: 'tweet.read', features: ['pages', 'import'] },
      { scope: 'users.read', features: ['pages', 'import'] },
      { scope: 'tweet.write', features: ['publish', 'reply'] },
      { scope: 'media.write', features: ['publish'] },
      { scope: 'tweet.moderate.write', features: ['reply'] },
      { scope: 'like.read', features: ['insights'] },
      { scope: 'dm.read', features: ['message'] },
      { scope: 'dm.write', features: ['message'] },
      // Without a refresh token the page is lost after two hours.
      { scope: 'offline.access', features: ['pages'] },
    ],
  },
  telegram: {},
  youtube: {
    oauth: [
      {
        scope: 'https://www.googleapis.com/auth/youtube.readonly',
        features: ['pages', 'import'],
        within: 'https://www.googleapis.com/auth/youtube.force-ssl',
      },
      { scope: 'https://www.googleapis.com/auth/youtube.upload', features: ['publish'] },
      { scope: 'https://www.googleapis.com/auth/youtube.force-ssl', features: ['reply', 'import'] },
      { scope: 'https://www.googleapis.com/auth/yt-analytics.readonly', features: ['insights'] },
    ],
  },
  google_business: {
    oauth: [
      {
        scope: 'https://www.googleapis.com/auth/business.manage',
        features: ['pages', 'publish', 'import', 'reply', 'insights', 'webhooks'],
      },
    ],
  },
  google_play: {
    oauth: [{ scope: 'https://www.googleapis.com/auth/androidpublisher', features: ['pages', 'import', 'reply'] }],
    service_account: [
      { scope: 'https://www.googleapis.com/auth/androidpublisher', features: ['pages', 'import', 'reply'] },
    ],
  },
  app_store: {},
  gmail: {
    oauth: [
      { scope: 'https://www.googleapis.com/auth/gmail.modify', features: ['pages', 'import', 'webhooks'] },
      { scope: 'https://www.googleapis.com/auth/gmail.send', features: ['reply', 'message'] },
    ],
  },
  microsoft_mail: {
    oauth: [
      // Without a refresh token the page is lost after an hour.
      { scope: 'offline_access', features: ['pages'] },
      { scope: 'User.Read', features: ['pages'] },
      // The mailbox itself is read to see that there is one.
      { scope: 'Mail.ReadWrite', features: ['pages', 'import', 'webhooks'] },
      { scope: 'Mail.Send', features: ['reply', 'message'] },
    ],
  },
  tiktok: {},
};
