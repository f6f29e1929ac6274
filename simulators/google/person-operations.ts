import { grantsOf, revokeGrant, standingOf } from '../kernel/grants.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { oauthError } from './errors.ts';
import { parameter } from './form.ts';
import { bearer, type Caller, callerOf } from './gateway.ts';
import { scope } from './scopes.ts';
import { identities, type SeedIdentity } from './seeds.ts';

/** Who consented, what a token is worth, and the end of a grant. */
export function personOperations(world: World): Operation[] {
  const info = (call: Call): Answer => userInfo(world, call);
  const worth = (call: Call): Answer => tokenInfo(world, call);
  return [
    { name: 'google.person.read', method: 'GET', path: '/v1/userinfo', handle: info },
    { name: 'google.person.read', method: 'GET', path: '/oauth2/v3/userinfo', handle: info },
    { name: 'google.oauth.tokeninfo', method: 'POST', path: '/tokeninfo', handle: worth },
    { name: 'google.oauth.tokeninfo', method: 'GET', path: '/tokeninfo', handle: worth },
    { name: 'google.oauth.revoke', method: 'POST', path: '/revoke', handle: (call) => revoke(world, call) },
  ];
}

function userInfo(world: World, call: Call): Answer {
  const caller = callerOf(world, bearer(call));
  const identity = identityOf(caller);
  if (caller === null || identity === null || !caller.scopes.includes(scope.openid)) {
    throw oauthError(401, 'invalid_request', 'Invalid Credentials');
  }
  const { sub, name, email, hostedDomain } = identity;
  const [given = '', ...family] = name.split(' ');
  const body = {
    sub,
    ...(caller.scopes.includes(scope.profile)
      ? { name, given_name: given, family_name: family.join(' '), picture: `${world.publicUrl()}/_picture.png` }
      : {}),
    ...(caller.scopes.includes(scope.email) ? { email, email_verified: true } : {}),
    ...(hostedDomain === null ? {} : { hd: hostedDomain }),
  };
  return { status: 200, body };
}

function tokenInfo(world: World, call: Call): Answer {
  const caller = callerOf(world, bearer(call) ?? parameter(call, 'access_token'));
  if (caller === null) throw oauthError(400, 'invalid_token', 'Invalid Value');
  const identity = identityOf(caller);
  const body = {
    azp: seedApp.google.clientId,
    aud: seedApp.google.clientId,
    ...(identity !== null && caller.scopes.includes(scope.openid) ? { sub: identity.sub } : {}),
    scope: caller.scopes.join(' '),
    ...(identity !== null && caller.scopes.includes(scope.email)
      ? { email: identity.email, email_verified: 'true' }
      : {}),
    access_type: 'offline',
  };
  return { status: 200, body };
}

/** Ends all that the person has granted the app, whichever of its tokens was sent. */
function revoke(world: World, call: Call): Answer {
  const sent = parameter(call, 'token');
  if (sent === null) throw oauthError(400, 'invalid_request', 'Missing required parameter: token');
  const standing = [standingOf(world, sent), standingOf(world, sent, 'refresh')].find(
    ({ state }) => state !== 'unknown',
  );
  const grant = standing?.grant ?? null;
  if (standing === undefined || standing.state === 'revoked' || standing.state === 'expired' || grant === null) {
    throw oauthError(400, 'invalid_token', 'Token expired or revoked');
  }
  const all = grantsOf(world, grant.personId).filter(({ clientId }) => clientId === grant.clientId);
  for (const { id } of all) revokeGrant(world, id);
  return { status: 200, body: {}, effect: true };
}

const identityOf = (caller: Caller | null): SeedIdentity | null =>
  identities.find(({ sub }) => sub === caller?.personId) ?? null;
