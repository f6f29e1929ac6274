import type { SeededToken } from '../kernel/tokens.ts';
import { seedTenants } from '../seed.ts';

/** An account that can log in at Instagram itself. */
export interface InstagramPerson {
  /** The account as the app alone knows it, and the grant's id in the control API. */
  readonly externalId: string;
  /** The account as everybody knows it. */
  readonly accountId: string;
  readonly username: string;
  readonly name: string;
  readonly company: string;
  readonly accountType: 'BUSINESS' | 'MEDIA_CREATOR' | 'PERSONAL';
}

/** An account that nobody has made a business's; a page shows it all the same. */
export const personalAccount = {
  externalId: '27178414000000199',
  accountId: '17841400000000199',
  username: 'luca.torino',
  name: 'Luca',
  company: 'Mercato Aurora',
  accountType: 'PERSONAL',
  pageId: '101000000000003',
} as const;

export const instagramPeople: readonly InstagramPerson[] = [
  ...seedTenants.flatMap((tenant) =>
    tenant.instagram.map(({ externalId, username, name }): InstagramPerson => ({
      externalId: externalId.replace(/^17841/, '2717841'),
      accountId: externalId,
      username,
      name,
      company: tenant.name,
      accountType: 'BUSINESS',
    })),
  ),
  personalAccount,
];

export const instagramPerson = (id: string): InstagramPerson | null =>
  instagramPeople.find(({ externalId }) => externalId === id) ?? null;

/** They have no fixed tokens: what is kept here is that the control API knows them. */
export const instagramPersonTokens: readonly SeededToken[] = instagramPeople.map(({ externalId, username }) => ({
  id: externalId,
  kind: 'instagram_login',
  name: username,
  accessToken: `IGAA-dev-login-${externalId}`,
}));
