import { z } from 'zod';
import { type CallOptions, ChannelError, type PageAccess } from '../channel.ts';
import type { Grant, GrantedPage, PageProfile } from '../connector.ts';
import { organisationUrn, type Rest, understood } from './rest.ts';

/** The organisations whose page the person may publish on. */
export async function grantedOrganisations(
  rest: Rest,
  grant: Grant,
  options: CallOptions = {},
): Promise<readonly GrantedPage[]> {
  const urns = await administered(rest, grant.accessToken, options);
  const pages: GrantedPage[] = [];
  for (const urn of urns) {
    const { name, pictureUrl } = await readOrganisation(rest, grant.accessToken, urn, options);
    pages.push({ externalId: numberOf(urn), name, pictureUrl, accessToken: null, details: {}, refusal: null });
  }
  return pages;
}

/** Reads an organisation as one that the token may act for; its name alone is public. */
export async function probeOrganisation(rest: Rest, page: PageAccess, options: CallOptions = {}): Promise<PageProfile> {
  const urn = organisationUrn(page.externalId);
  const mine = await administered(rest, page.accessToken, options);
  if (!mine.includes(urn)) {
    throw new ChannelError('linkedin: the token has no publishing role on this organisation.', {
      class: 'refresh_token',
      mayHaveActed: false,
      grantProblem: 'permission',
    });
  }
  return readOrganisation(rest, page.accessToken, urn, options);
}

const publishingRoles: ReadonlySet<string> = new Set(['ADMINISTRATOR', 'CONTENT_ADMINISTRATOR', 'CONTENT_ADMIN']);

const accessList = z.object({
  elements: z.array(
    z.object({
      role: z.string(),
      // Named differently by API version.
      organization: z.string().optional(),
      organizationTarget: z.string().optional(),
      organizationalTarget: z.string().optional(),
    }),
  ),
});
const organisation = z.object({ localizedName: z.string() });

async function administered(rest: Rest, accessToken: string, options: CallOptions): Promise<readonly string[]> {
  const answer = await rest({
    method: 'GET',
    target: { base: 'api', path: '/rest/organizationAcls' },
    query: { q: 'roleAssignee', state: 'APPROVED', count: '100' },
    restMethod: 'FINDER',
    accessToken,
    repeat: 'harmless',
    signal: options.signal,
  });
  const urns = understood(accessList, answer)
    .elements.filter(({ role }) => publishingRoles.has(role))
    .map((entry) => entry.organization ?? entry.organizationTarget ?? entry.organizationalTarget)
    .filter((urn) => urn !== undefined);
  return [...new Set(urns)];
}

async function readOrganisation(
  rest: Rest,
  accessToken: string,
  urn: string,
  options: CallOptions,
): Promise<PageProfile> {
  const answer = await rest({
    method: 'GET',
    target: { base: 'api', path: `/rest/organizations/${numberOf(urn)}` },
    accessToken,
    repeat: 'harmless',
    signal: options.signal,
  });
  // The logo is a URN of another API; nothing shows it yet.
  return { name: understood(organisation, answer).localizedName, pictureUrl: null };
}

function numberOf(urn: string): string {
  return urn.slice(urn.lastIndexOf(':') + 1);
}
