import type { SeededToken } from '../kernel/tokens.ts';
import { seedTenants } from '../seed.ts';

/** An account on X. Whoever is signed in to it consents; X does not tell a company's account from a person's. */
export interface XAccount {
  readonly externalId: string;
  readonly name: string;
  readonly username: string;
  readonly company: string;
  readonly verifiedType: 'blue' | 'business' | 'government' | 'none';
  /** A token that never expires, for calls without a consent. */
  readonly accessToken: string;
}

/** The development app's number, which X's events name. */
export const xAppId = '29000001';

const companyOf = (slug: (typeof seedTenants)[number]['slug']): string =>
  seedTenants.find((tenant) => tenant.slug === slug)?.name ?? slug;

export const xAccounts = [
  account('1700000000000000101', 'Mercato Aurora', 'mercatoaurora', companyOf('aurora'), 'business'),
  account('1700000000000000102', 'Aurora Assistenza', 'auroraassiste', companyOf('aurora'), 'none'),
  account('1700000000000000201', 'Banca Lariana', 'bancalariana', companyOf('lariana'), 'business'),
  account('1700000000000000301', 'Comune di Borgoverde', 'borgoverde', companyOf('borgoverde'), 'government'),
] as const;

export const xTokens: readonly SeededToken[] = xAccounts.map(({ externalId, name, accessToken }) => ({
  id: externalId,
  kind: 'account',
  name,
  accessToken,
}));

/** All permissions that X has. */
export const xScopes: ReadonlySet<string> = new Set([
  'block.read',
  'block.write',
  'bookmark.read',
  'bookmark.write',
  'dm.read',
  'dm.write',
  'follows.read',
  'follows.write',
  'like.read',
  'like.write',
  'list.read',
  'list.write',
  'media.write',
  'mute.read',
  'mute.write',
  'offline.access',
  'space.read',
  'tweet.moderate.write',
  'tweet.read',
  'tweet.write',
  'users.email',
  'users.read',
]);

export const xAccount = (id: string): XAccount | null => xAccounts.find(({ externalId }) => externalId === id) ?? null;

function account(
  externalId: string,
  name: string,
  username: string,
  company: string,
  verifiedType: XAccount['verifiedType'],
): XAccount {
  return { externalId, name, username, company, verifiedType, accessToken: `x-dev-account-${externalId}` };
}
