import { randomBytes } from 'node:crypto';
import { redeem } from '../kernel/consent.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { seedApp, type SeedPerson, seedTenants } from '../seed.ts';
import { grantedScopes } from './account-operations.ts';
import { accessToken } from './auth.ts';
import { graphError, invalidParameter, tokenRefused, tokenTroubleFacts } from './errors.ts';
import { param, required } from './params.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const shortLivedMs = 2 * hourMs;
const longLivedMs = 60 * dayMs;

/** From the code of a consent to a long-lived token, and what a token is worth. */
export function oauthOperations(world: World): Operation[] {
  return [
    { name: 'graph.oauth.token', method: 'GET', path: '/oauth/access_token', handle: (call) => exchange(world, call) },
    { name: 'graph.oauth.token', method: 'POST', path: '/oauth/access_token', handle: (call) => exchange(world, call) },
    { name: 'graph.token.debug', method: 'GET', path: '/debug_token', handle: (call) => debug(world, call) },
    { name: 'instagram.token.exchange', method: 'GET', path: '/access_token', handle: (c) => prolong(world, c) },
    { name: 'instagram.token.refresh', method: 'GET', path: '/refresh_access_token', handle: (c) => prolong(world, c) },
  ];
}

function exchange(world: World, call: Call): Answer {
  verifyApp(call);
  if (param(call, 'grant_type') === 'fb_exchange_token') {
    const { id } = honoured(world, required(call, 'fb_exchange_token'));
    return issue(world, id, longLivedMs);
  }
  const code = required(call, 'code');
  required(call, 'redirect_uri');
  const person = redeem(world, people, code);
  if (person === 'used') {
    throw invalidParameter('This authorization code has been used.', { subcode: 36009 });
  }
  if (person === null) {
    throw invalidParameter('Invalid verification code format.', { subcode: 36007 });
  }
  return issue(world, person.externalId, shortLivedMs);
}

const people: readonly SeedPerson[] = seedTenants.map(({ metaPerson }) => metaPerson);

function issue(world: World, id: string, lifetimeMs: number): Answer {
  const token = `EAAB-dev-issued-${randomBytes(24).toString('base64url')}`;
  world.tokens.issue(id, token, Date.now() + lifetimeMs);
  const body = { access_token: token, token_type: 'bearer', expires_in: lifetimeMs / 1000 };
  return { status: 200, body, effect: true };
}

/** Instagram Login: a short-lived token becomes a long-lived one, a long-lived one lives on. */
function prolong(world: World, call: Call): Answer {
  const token = accessToken(call);
  if (token === null) throw invalidParameter('(#100) The parameter access_token is required');
  const { id } = honoured(world, token);
  return issue(world, id, longLivedMs);
}

function honoured(world: World, token: string): { id: string } {
  const known = world.tokens.find(token);
  if (known === null)
    throw graphError({ code: 190, message: 'Invalid OAuth access token - Cannot parse access token' });
  const trouble = world.tokens.trouble(known);
  if (trouble !== null) throw tokenRefused(trouble);
  return known;
}

function verifyApp(call: Call): void {
  const { clientId, clientSecret } = seedApp.meta;
  if (param(call, 'client_id') !== clientId) {
    throw graphError({ code: 101, message: 'Error validating application. Invalid application ID.' });
  }
  if (param(call, 'client_secret') !== clientSecret) {
    throw graphError({ code: 1, message: 'Error validating client secret.' });
  }
}

function debug(world: World, call: Call): Answer {
  const asking = accessToken(call);
  const { clientId, clientSecret, name } = seedApp.meta;
  if (asking === null)
    throw graphError({ code: 104, message: 'An access token is required to request this resource.' });
  if (asking !== `${clientId}|${clientSecret}`) honoured(world, asking);
  const known = world.tokens.find(required(call, 'input_token'));
  if (known === null) {
    const error = { code: 190, message: 'Invalid OAuth access token - Cannot parse access token' };
    return { status: 200, body: { data: { error, is_valid: false, scopes: [] } } };
  }
  const trouble = world.tokens.trouble(known);
  const lost = trouble === 'permission_missing';
  const { code, message, subcode } = trouble === null || lost ? {} : tokenTroubleFacts(trouble);
  const data = {
    app_id: clientId,
    type: world.tokens.list().find(({ id }) => id === known.id)?.kind === 'page' ? 'PAGE' : 'USER',
    application: name,
    data_access_expires_at: Math.floor((Date.now() + 90 * dayMs) / 1000),
    expires_at: known.expiresAt === null ? 0 : Math.floor(known.expiresAt / 1000),
    is_valid: trouble === null || lost,
    ...(code === undefined ? {} : { error: { code, message, subcode } }),
    scopes: lost ? ['pages_show_list'] : grantedScopes,
    profile_id: known.id,
    user_id: known.id,
  };
  return { status: 200, body: { data } };
}
