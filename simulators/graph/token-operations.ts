import { grantsOf, revokeGrant } from '../kernel/grants.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { accessToken, honoured, principalOf, speaksForApp } from './auth.ts';
import { graphError, tokenTroubleFacts, unknownObject } from './errors.ts';
import { identify, type Identity } from './identity.ts';
import { verifyApp } from './oauth-operations.ts';
import { required } from './params.ts';
import { grantableBy } from './permissions.ts';
import { tenantOfPerson } from './seeds.ts';
import { businessOfSystemUser } from './whatsapp-seeds.ts';

const dayMs = 24 * 3_600_000;

/** What a token is worth, and how it is taken back. */
export function tokenOperations(world: World): Operation[] {
  return [
    { name: 'graph.token.debug', method: 'GET', path: '/debug_token', handle: (call) => debug(world, call) },
    { name: 'graph.oauth.revoke', method: 'GET', path: '/oauth/revoke', handle: (call) => revoke(world, call) },
    {
      name: 'graph.permissions.list',
      method: 'GET',
      path: '/:person/permissions',
      when: namesPerson,
      handle: (call) => permissions(world, call),
    },
    {
      name: 'graph.permissions.delete',
      method: 'DELETE',
      path: '/:person/permissions',
      when: namesPerson,
      handle: (call) => takeBack(world, call),
    },
  ];
}

const namesPerson = ({ params: { person = '' } }: Call): boolean => person === 'me' || tenantOfPerson(person) !== null;

function permissions(world: World, call: Call): Answer {
  const { kind, personId, scopes, trouble } = principalOf(world, call);
  const granted = trouble === 'permission_missing' ? leftover : scopes;
  const data = grantableBy(kind, personId).map((permission) => ({
    permission,
    status: granted.includes(permission) ? 'granted' : 'declined',
  }));
  return { status: 200, body: { data } };
}

/** What is left when the control API has a token lose its permissions. */
const leftover: readonly string[] = ['pages_show_list'];

/** By the person, or by the app for the person. */
function takeBack(world: World, call: Call): Answer {
  const named = call.params['person'] ?? '';
  const principal = speaksForApp(call) ? null : principalOf(world, call);
  if (principal?.kind === 'page') throw unknownObject(named, 'delete');
  const personId = named === 'me' ? principal?.personId : named;
  if (personId === undefined || (principal !== null && principal.personId !== personId)) {
    throw unknownObject(named, 'delete');
  }
  removeApp(world, personId);
  return { status: 200, body: { success: true }, effect: true };
}

/** Ends all that a person has granted, whichever way they granted it. */
export function removeApp(world: World, personId: string): void {
  for (const { id } of grantsOf(world, personId)) revokeGrant(world, id);
  const tenant = tenantOfPerson(personId);
  const pages = tenant === null ? [] : [...tenant.facebook, ...tenant.instagram];
  for (const id of [personId, ...pages.map(({ externalId }) => externalId)]) world.tokens.spoil(id, 'revoked');
}

/** Ends the token of a system user. */
function revoke(world: World, call: Call): Answer {
  verifyApp(call);
  honoured(world, accessToken(call) ?? '');
  const { personId } = honoured(world, required(call, 'revoke_token'));
  if (businessOfSystemUser(personId) === null) throw unknownObject(personId);
  removeApp(world, personId);
  return { status: 200, body: { success: 'true' }, effect: true };
}

function debug(world: World, call: Call): Answer {
  const asking = accessToken(call);
  if (asking === null)
    throw graphError({ code: 104, message: 'An access token is required to request this resource.' });
  if (!speaksForApp(call)) honoured(world, asking);
  const known = identify(world, required(call, 'input_token'));
  if (known === null) {
    const error = { code: 190, message: 'Invalid OAuth access token - Cannot parse access token' };
    return { status: 200, body: { data: { error, is_valid: false, scopes: [] } } };
  }
  return { status: 200, body: { data: factsOf(known) } };
}

function factsOf(known: Identity): object {
  const { kind, id, personId, scopes, trouble, issuedAt, expiresAt } = known;
  const lost = trouble === 'permission_missing';
  const { code, message, subcode } = trouble === null || lost ? {} : tokenTroubleFacts(trouble);
  const seconds = (instant: number): number => Math.floor(instant / 1000);
  const lasting = expiresAt === null || expiresAt - issuedAt > 365 * dayMs;
  return {
    app_id: seedApp.meta.clientId,
    type: { page: 'PAGE', business: 'SYSTEM_USER', person: 'USER', instagram: 'USER' }[kind],
    application: seedApp.meta.name,
    data_access_expires_at: seconds(Date.now() + 90 * dayMs),
    expires_at: lasting ? 0 : seconds(expiresAt),
    ...(issuedAt === 0 ? {} : { issued_at: seconds(issuedAt) }),
    is_valid: trouble === null || lost,
    ...(code === undefined ? {} : { error: { code, message, subcode } }),
    scopes: lost ? leftover : scopes,
    granular_scopes: limitsOf(known),
    ...(kind === 'page' ? { profile_id: id } : {}),
    user_id: personId,
  };
}

/** Which pages or accounts each permission was given for; a permission for all of them names none. */
function limitsOf({ personId, scopes, grant }: Identity): readonly object[] {
  const business = businessOfSystemUser(personId);
  const ids = grant?.pageIds ?? business?.wabas.map((account) => account.id) ?? null;
  return scopes.map((scope) => {
    const limited = ids !== null && scope !== 'business_management' && !scope.startsWith('instagram_');
    return { scope, ...(limited ? { target_ids: ids } : {}) };
  });
}
