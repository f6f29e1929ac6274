import type { Account } from '../kernel/pages.ts';
import type { SeededToken } from '../kernel/tokens.ts';
import { type SeedLinkedInOrganization, type SeedTenant, seedTenants } from '../seed.ts';

const organizations: readonly SeedLinkedInOrganization[] = seedTenants.flatMap(({ linkedin }) => linkedin);

export const organization = (id: string): SeedLinkedInOrganization | null =>
  organizations.find(({ externalId }) => externalId === id) ?? null;

/** What LinkedIn has allowed the development app to ask for. */
export const linkedinScopes = [
  'r_basicprofile',
  'r_organization_social',
  'w_organization_social',
  'rw_organization_admin',
] as const;

/** Organisations in which somebody has a role that does not let them act for the page. */
const lesserRoles = [
  { tenant: 'aurora', id: '10109001', name: 'Fondazione Aurora', username: 'fondazione-aurora', role: 'ANALYST' },
] as const;

export type LesserRole = (typeof lesserRoles)[number];

/** The lesser roles of a person's grant. */
export function lesserRolesOf(grantId: string): readonly LesserRole[] {
  const tenant = organization(grantId) === null ? tenantOfGrant(grantId) : null;
  return lesserRoles.filter((role) => role.tenant === tenant?.slug);
}

/** What anybody may know of an organisation. */
export function publicFacts(
  id: string,
): { readonly id: string; readonly name: string; readonly username: string } | null {
  const own = organization(id);
  if (own !== null) return { id, name: own.name, username: own.username };
  return lesserRoles.find((role) => role.id === id) ?? null;
}

/** The tenant on whose behalf a grant was given: a person's grant, or one kept to a single organisation. */
export const tenantOfGrant = (grantId: string): SeedTenant | null =>
  seedTenants.find(
    ({ linkedin, linkedinPerson }) =>
      linkedinPerson.externalId === grantId || linkedin.some(({ externalId }) => externalId === grantId),
  ) ?? null;

/** The organisations that a grant may act for. */
export function reachOf(grantId: string): readonly SeedLinkedInOrganization[] {
  const own = organization(grantId);
  return own === null ? (tenantOfGrant(grantId)?.linkedin ?? []) : [own];
}

export const organizationUrn = (id: string): string => `urn:li:organization:${id}`;

export const linkedinAccounts: readonly Account[] = organizations.map(({ externalId, network, name, username }) => ({
  id: externalId,
  network,
  name,
  handle: username,
}));

export const linkedinTokens: readonly SeededToken[] = [
  ...organizations.map(({ externalId, name, accessToken }) => ({
    id: externalId,
    kind: 'organization',
    name,
    accessToken,
  })),
  ...seedTenants.map(({ linkedinPerson: { externalId, name, accessToken } }) => ({
    id: externalId,
    kind: 'person',
    name,
    accessToken,
  })),
];

/** The grant that a seeded refresh token stands for. */
export function grantOfRefreshToken(refreshToken: string): string | null {
  const grants = [...organizations, ...seedTenants.map(({ linkedinPerson }) => linkedinPerson)];
  return grants.find((grant) => grant.refreshToken === refreshToken)?.externalId ?? null;
}
