import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { accessDenied, gatewayError, notFound } from './errors.ts';
import { type Grant, rest } from './gateway.ts';
import { queryNumber, queryParam } from './keys.ts';
import { lesserRolesOf, organization, organizationUrn, publicFacts, reachOf, tenantOfGrant } from './seeds.ts';

/** Which organisations a grant reaches, and what they are. */
export function organizationOperations(world: World): Operation[] {
  return [
    rest(world, {
      name: 'linkedin.acl.list',
      method: 'GET',
      path: '/rest/organizationAcls',
      handle: (call, grant) => listAcls(world, call, grant),
    }),
    rest(world, {
      name: 'linkedin.organization.lookup',
      method: 'GET',
      path: '/rest/organizationsLookup',
      handle: lookUp,
    }),
    rest(world, {
      name: 'linkedin.organization.read',
      method: 'GET',
      path: '/rest/organizations/:id',
      handle: readOrganization,
    }),
  ];
}

const maxCount = 100;

function listAcls(world: World, call: Call, grant: Grant): Answer {
  if (queryParam(call, 'q') !== 'roleAssignee') {
    throw gatewayError(400, 'ILLEGAL_ARGUMENT', 'Invalid query parameters passed to request: q');
  }
  const pageSize = world.settings.current().listPageSize ?? maxCount;
  const start = queryNumber(call, 'start', 0);
  const count = Math.min(queryNumber(call, 'count', 10), pageSize);
  const [state, role] = [queryParam(call, 'state'), queryParam(call, 'role')];
  const roleAssignee = `urn:li:person:${tenantOfGrant(grant.id)?.linkedinPerson.externalId ?? ''}`;
  const all = [
    ...reachOf(grant.id).map(({ externalId }) => ({ id: externalId, role: 'ADMINISTRATOR' })),
    ...lesserRolesOf(grant.id),
  ]
    .filter((entry) => (state ?? 'APPROVED') === 'APPROVED' && (role ?? entry.role) === entry.role)
    .map((entry) => ({
      role: entry.role,
      organization: organizationUrn(entry.id),
      roleAssignee,
      state: 'APPROVED',
    }));
  const paging = { start, count, links: [], total: all.length };
  return { status: 200, body: { paging, elements: all.slice(start, start + count) } };
}

/** The few facts that LinkedIn tells of organisations that one does not administer. */
function lookUp(call: Call): Answer {
  // Rest.li takes its lists as they are; percent-encoded they are no lists.
  const [, list] = /(?:^|&)ids=List\((\d+(?:,\d+)*)\)/.exec(call.rawQuery) ?? [];
  const ids = list?.split(',') ?? [];
  if (ids.length === 0) throw gatewayError(400, 'ILLEGAL_ARGUMENT', 'Invalid query parameters passed to request: ids');
  const known = ids.flatMap((id) => publicFacts(id) ?? []);
  const results = Object.fromEntries(known.map(({ id, name, username }) => [id, view(id, name, username)]));
  const statuses = Object.fromEntries(ids.map((id) => [id, id in results ? 200 : 404]));
  return { status: 200, body: { results, statuses, errors: {} } };
}

function readOrganization(call: Call, grant: Grant): Answer {
  const id = call.params['id'] ?? '';
  const seed = organization(id);
  if (seed === null && publicFacts(id) === null) throw notFound(`Could not find entity: ${id}`);
  if (seed === null || !reachOf(grant.id).includes(seed)) throw accessDenied(`GET /organizations/${id}`);
  return { status: 200, body: { ...view(id, seed.name, seed.username), organizationType: 'PUBLIC_COMPANY' } };
}

const view = (id: string, name: string, username: string) => ({
  id: Number(id),
  $URN: organizationUrn(id),
  localizedName: name,
  vanityName: username,
  name: { localized: { it_IT: name }, preferredLocale: { country: 'IT', language: 'it' } },
  primaryOrganizationType: 'NONE',
});
