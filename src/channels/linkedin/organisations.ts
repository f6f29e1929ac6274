import { z } from 'zod';
import { type CallOptions, ChannelError, type PageAccess } from '../channel.ts';
import type { Grant, GrantedPage, PageProfile } from '../connector.ts';
import { organisationUrn, type Rest, understood } from './rest.ts';

/** The organisations in which the person has a role, those first whose page they may publish on. */
export async function grantedOrganisations(
  rest: Rest,
  { accessToken }: Pick<Grant, 'accessToken'>,
  options: CallOptions = {},
): Promise<readonly GrantedPage[]> {
  const { publishing, lesser } = await rolesOf(rest, accessToken, options);
  const pages: GrantedPage[] = [];
  for (const urn of publishing) {
    const { name, pictureUrl } = await readOrganisation(rest, accessToken, urn, options);
    pages.push({ externalId: numberOf(urn), name, pictureUrl, accessToken: null, details: {}, refusal: null });
  }
  return [...pages, ...(await withoutRole(rest, accessToken, lesser, options))];
}

/** Reads an organisation as one that the token may act for; its name alone is public. */
export async function probeOrganisation(rest: Rest, page: PageAccess, options: CallOptions = {}): Promise<PageProfile> {
  const urn = organisationUrn(page.externalId);
  const { publishing } = await rolesOf(rest, page.accessToken, options);
  if (!publishing.includes(urn)) {
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
  paging: z.object({ total: z.number().optional() }).optional(),
});

interface Roles {
  readonly publishing: readonly string[];
  /** Organisations in which the person has other roles only: an analyst, a recruiter. */
  readonly lesser: readonly string[];
}

const pageSize = 100;

async function rolesOf(rest: Rest, accessToken: string, options: CallOptions): Promise<Roles> {
  const publishing = new Set<string>();
  const all = new Set<string>();
  let start = 0;
  for (;;) {
    const { elements, paging } = await listRoles(rest, accessToken, start, options);
    for (const { role, ...entry } of elements) {
      const urn = entry.organization ?? entry.organizationTarget ?? entry.organizationalTarget;
      if (urn === undefined) continue;
      all.add(urn);
      if (publishingRoles.has(role)) publishing.add(urn);
    }
    start += elements.length;
    const more = paging?.total === undefined ? elements.length === pageSize : start < paging.total;
    if (elements.length === 0 || !more) break;
  }
  return { publishing: [...publishing], lesser: [...all].filter((urn) => !publishing.has(urn)) };
}

async function listRoles(
  rest: Rest,
  accessToken: string,
  start: number,
  options: CallOptions,
): Promise<z.infer<typeof accessList>> {
  const answer = await rest({
    method: 'GET',
    target: { base: 'api', path: '/rest/organizationAcls' },
    query: { q: 'roleAssignee', state: 'APPROVED', count: String(pageSize), start: String(start) },
    restMethod: 'FINDER',
    accessToken,
    repeat: 'harmless',
    signal: options.signal,
  });
  return understood(accessList, answer);
}

const organisation = z.object({ localizedName: z.string() });

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

const lookup = z.object({ results: z.record(z.string(), organisation) });

/** The organisations that are listed and cannot be chosen; who does not administer them may read their names only here. */
async function withoutRole(
  rest: Rest,
  accessToken: string,
  urns: readonly string[],
  options: CallOptions,
): Promise<readonly GrantedPage[]> {
  if (urns.length === 0) return [];
  const ids = urns.map(numberOf);
  const answer = await rest({
    method: 'GET',
    // Part of the path, since LinkedIn takes no percent-encoded list.
    target: { base: 'api', path: `/rest/organizationsLookup?ids=List(${ids.join(',')})` },
    accessToken,
    repeat: 'harmless',
    signal: options.signal,
  });
  const { results } = understood(lookup, answer);
  return ids.map((id) => ({
    externalId: id,
    name: results[id]?.localizedName ?? id,
    pictureUrl: null,
    accessToken: null,
    details: {},
    refusal: 'role_missing',
  }));
}

function numberOf(urn: string): string {
  return urn.slice(urn.lastIndexOf(':') + 1);
}
