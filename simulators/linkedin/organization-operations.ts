import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { accessDenied, gatewayError, notFound } from './errors.ts';
import { type Grant, rest } from './gateway.ts';
import { queryNumber, queryParam } from './keys.ts';
import { organization, organizationUrn, reachOf, tenantOfGrant } from './seeds.ts';

/** Which organisations a grant reaches, and what they are. */
export function organizationOperations(world: World): Operation[] {
  return [
    rest(world, { name: 'linkedin.acl.list', method: 'GET', path: '/rest/organizationAcls', handle: listAcls }),
    rest(world, {
      name: 'linkedin.organization.read',
      method: 'GET',
      path: '/rest/organizations/:id',
      handle: readOrganization,
    }),
  ];
}

function listAcls(call: Call, grant: Grant): Answer {
  if (queryParam(call, 'q') !== 'roleAssignee') {
    throw gatewayError(400, 'ILLEGAL_ARGUMENT', 'Invalid query parameters passed to request: q');
  }
  const [start, count] = [queryNumber(call, 'start', 0), queryNumber(call, 'count', 10)];
  const state = queryParam(call, 'state') ?? 'APPROVED';
  const role = queryParam(call, 'role') ?? 'ADMINISTRATOR';
  const assignee = `urn:li:person:${tenantOfGrant(grant.id)?.linkedinPerson.externalId ?? ''}`;
  const all = reachOf(grant.id)
    .filter(() => state === 'APPROVED' && role === 'ADMINISTRATOR')
    .map(({ externalId }) => ({
      role: 'ADMINISTRATOR',
      organization: organizationUrn(externalId),
      roleAssignee: assignee,
      state: 'APPROVED',
    }));
  const paging = { start, count, links: [], total: all.length };
  return { status: 200, body: { paging, elements: all.slice(start, start + count) } };
}

function readOrganization(call: Call, grant: Grant): Answer {
  const id = call.params['id'] ?? '';
  const seed = organization(id);
  if (seed === null) throw notFound(`Could not find entity: ${id}`);
  if (!reachOf(grant.id).includes(seed)) throw accessDenied(`GET /organizations/${id}`);
  const body = {
    id: Number(id),
    $URN: organizationUrn(id),
    localizedName: seed.name,
    vanityName: seed.username,
    name: { localized: { it_IT: seed.name }, preferredLocale: { country: 'IT', language: 'it' } },
    primaryOrganizationType: 'NONE',
    organizationType: 'PUBLIC_COMPANY',
  };
  return { status: 200, body };
}
