import type { Network, PublishingNetwork } from './network.ts';

/** By which official way a network lets a company grant us access. */
export const grantKinds = [
  /** The consent page of the network's own OAuth 2.0. */
  'oauth',
  /** Facebook Login, for pages and for Instagram accounts that belong to one. */
  'facebook_login',
  /** Instagram's own login, for accounts without a Facebook page. */
  'instagram_login',
  /** Meta's Embedded Signup for WhatsApp. */
  'embedded_signup',
  /** The key file of a Google service account. */
  'service_account',
  /** The token of a Telegram bot. */
  'bot_token',
  /** A key of App Store Connect. */
  'api_key',
] as const;

export type GrantKind = (typeof grantKinds)[number];

/** The ways that each network offers, the usual one first. None: it is announced and cannot be connected yet. */
export const grantKindsOf: Readonly<Record<Network, readonly GrantKind[]>> = {
  facebook: ['facebook_login'],
  instagram: ['facebook_login', 'instagram_login'],
  whatsapp: ['embedded_signup'],
  linkedin: ['oauth'],
  x: ['oauth'],
  telegram: ['bot_token'],
  youtube: ['oauth'],
  google_business: ['oauth'],
  google_play: ['service_account', 'oauth'],
  app_store: ['api_key'],
  gmail: ['oauth'],
  microsoft_mail: ['oauth'],
  tiktok: [],
};

/** The way by which a page that posts are published on is usually connected. */
export function usualGrantKind(network: PublishingNetwork): GrantKind {
  return network === 'linkedin' ? 'oauth' : 'facebook_login';
}

/** Whom a network's id of a person means something to: one person is the same on all of Google. */
export const grantFamilies = [
  'meta',
  'instagram',
  'linkedin',
  'x',
  'telegram',
  'google',
  'apple',
  'microsoft',
] as const;

export type GrantFamily = (typeof grantFamilies)[number];

/** The family of a grant; `null` for networks that cannot be connected yet. */
export function familyOf(network: Network, kind: GrantKind): GrantFamily | null {
  if (kind === 'instagram_login') return 'instagram';
  return families[network];
}

const families: Readonly<Record<Network, GrantFamily | null>> = {
  facebook: 'meta',
  instagram: 'meta',
  whatsapp: 'meta',
  linkedin: 'linkedin',
  x: 'x',
  telegram: 'telegram',
  youtube: 'google',
  google_business: 'google',
  google_play: 'google',
  app_store: 'apple',
  gmail: 'google',
  microsoft_mail: 'microsoft',
  tiktok: null,
};

/** Why a page that a grant reaches is not connected. */
export const pageRefusals = [
  /** It belongs to a person, not to a company. */
  'personal_profile',
  /** Whoever consented may not act for it. */
  'role_missing',
  /** The network does not let apps use it: not verified, not registered, restricted. */
  'not_eligible',
] as const;

export type PageRefusalCode = (typeof pageRefusals)[number];

/** What a connection is for. A lost permission ends those that need it; the others go on. */
export const features = [
  /** Finding the pages and reading that they are still ours. */
  'pages',
  'publish',
  /** Fetching comments, mentions, reviews and mail. */
  'import',
  /** Answering them in public. */
  'reply',
  /** Private messages, in and out. */
  'message',
  'insights',
  /** Being told at once instead of asking. */
  'webhooks',
] as const;

export type Feature = (typeof features)[number];

/** A permission that we ask for and what cannot be done without it; the feature it is mainly asked for comes first. */
export interface ScopeUse {
  readonly scope: string;
  /** Empty: it adds to something that works without it. */
  readonly features: readonly Feature[];
  /** A wider permission that allows all of it. */
  readonly within?: string;
}

/** The asked-for permissions that were not given or are gone, each with what cannot be done without it. */
export function missingScopes(asked: readonly ScopeUse[], granted: readonly string[]): readonly ScopeUse[] {
  return asked.filter(({ scope, within }) => !granted.includes(scope) && !granted.includes(within ?? scope));
}

/** What does not work for want of these permissions, in the order of `features`. */
export function lostFeatures(asked: readonly ScopeUse[], missing: readonly string[]): readonly Feature[] {
  const lost = new Set(asked.filter(({ scope }) => missing.includes(scope)).flatMap((use) => use.features));
  return features.filter((feature) => lost.has(feature));
}
