import type { Account } from '../kernel/pages.ts';
import type { SeededToken } from '../kernel/tokens.ts';
import { instagramPersonTokens } from './instagram-people.ts';
import { whatsappTokens } from './whatsapp-seeds.ts';
import { type SeedFacebookPage, type SeedInstagramAccount, type SeedTenant, seedTenants } from '../seed.ts';

const pages: readonly SeedFacebookPage[] = seedTenants.flatMap(({ facebook }) => facebook);
const instagram: readonly SeedInstagramAccount[] = seedTenants.flatMap((tenant) => tenant.instagram);

export const facebookPage = (id: string): SeedFacebookPage | null =>
  pages.find((page) => page.externalId === id) ?? null;

export const instagramAccount = (id: string): SeedInstagramAccount | null =>
  instagram.find((account) => account.externalId === id) ?? null;

/** The page that an Instagram account is linked to. */
export const pageOfInstagram = (id: string): SeedFacebookPage | null =>
  pages.find(({ instagramId }) => instagramId === id) ?? null;

/** The tenant whose person has this Facebook id. */
export const tenantOfPerson = (id: string): SeedTenant | null =>
  seedTenants.find(({ metaPerson }) => metaPerson.externalId === id) ?? null;

/** The tenant that a page or an Instagram account belongs to. */
export const tenantOfPage = (id: string): SeedTenant | null =>
  seedTenants.find(({ facebook, instagram: accounts }) =>
    [...facebook, ...accounts].some(({ externalId }) => externalId === id),
  ) ?? null;

export const tenantOfBusiness = (id: string): SeedTenant | null =>
  seedTenants.find(({ businessId }) => businessId === id) ?? null;

export const graphAccounts: readonly Account[] = [...pages, ...instagram].map(
  ({ externalId, network, name, username }) => ({ id: externalId, network, name, handle: username }),
);

export const graphTokens: readonly SeededToken[] = [
  ...pages.map(({ externalId, name, accessToken }) => ({ id: externalId, kind: 'page', name, accessToken })),
  ...instagram.map(({ externalId, name, accessToken }) => ({ id: externalId, kind: 'instagram', name, accessToken })),
  ...seedTenants.map(({ metaPerson: { externalId, name, accessToken } }) => ({
    id: externalId,
    kind: 'person',
    name,
    accessToken,
  })),
  ...instagramPersonTokens,
  ...whatsappTokens,
];
