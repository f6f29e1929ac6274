import { randomBytes } from 'node:crypto';
import { redeem } from '../kernel/consent.ts';
import { type Answer, type Call, type Operation, Refused } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { seedApp, seedTenants } from '../seed.ts';
import { grantOfRefreshToken } from './seeds.ts';

const dayS = 86_400;
const accessLifetimeS = 60 * dayS;
const refreshLifetimeS = 365 * dayS;
const scope = 'r_organization_social,w_organization_social,rw_organization_admin';

/** Codes and refresh tokens for access tokens, and what a token is worth. */
export function oauthOperations(world: World): Operation[] {
  return [
    { name: 'linkedin.oauth.token', method: 'POST', path: '/oauth/v2/accessToken', handle: (c) => token(world, c) },
    {
      name: 'linkedin.oauth.introspect',
      method: 'POST',
      path: '/oauth/v2/introspectToken',
      handle: (call) => introspect(world, call),
    },
  ];
}

const refused = (status: number, error: string, description: string): Refused =>
  new Refused({ status, body: { error, error_description: description } });

function form(call: Call, name: string): string | null {
  const { body } = call;
  const sent = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return typeof sent === 'string' && sent !== '' ? sent : null;
}

function verifyApp(call: Call): void {
  const { clientId, clientSecret } = seedApp.linkedin;
  if (form(call, 'client_id') === clientId && form(call, 'client_secret') === clientSecret) return;
  throw refused(401, 'invalid_client', 'Client authentication failed');
}

function token(world: World, call: Call): Answer {
  verifyApp(call);
  const grantType = form(call, 'grant_type');
  if (grantType === 'refresh_token') return refresh(world, form(call, 'refresh_token') ?? '');
  if (grantType !== 'authorization_code') {
    throw refused(400, 'unsupported_grant_type', 'The grant type is not supported');
  }
  const people = seedTenants.map(({ linkedinPerson }) => linkedinPerson);
  const person = redeem(world, people, form(call, 'code') ?? '');
  if (person === null || person === 'used' || form(call, 'redirect_uri') === null) {
    throw refused(
      400,
      'invalid_request',
      'Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code. ' +
        'Or authorization code expired. Or external member binding exists',
    );
  }
  return issue(world, person.externalId, `AQW-dev-issued-${randomBytes(24).toString('base64url')}`);
}

function refresh(world: World, refreshToken: string): Answer {
  const id = grantOfRefreshToken(refreshToken) ?? world.tokens.find(refreshToken)?.id ?? null;
  if (id === null) throw refused(400, 'invalid_grant', 'The provided refresh token is invalid');
  const { trouble } = world.tokens.list().find((state) => state.id === id) ?? { trouble: null };
  if (trouble === 'revoked' || trouble === 'password_changed') {
    throw refused(
      400,
      'invalid_grant',
      'The provided authorization grant or refresh token is invalid, expired or revoked.',
    );
  }
  return issue(world, id, refreshToken);
}

function issue(world: World, id: string, refreshToken: string): Answer {
  const accessToken = `AQX-dev-issued-${randomBytes(24).toString('base64url')}`;
  world.tokens.issue(id, accessToken, Date.now() + accessLifetimeS * 1000);
  if (grantOfRefreshToken(refreshToken) === null) {
    world.tokens.issue(id, refreshToken, Date.now() + refreshLifetimeS * 1000);
  }
  const body = {
    access_token: accessToken,
    expires_in: accessLifetimeS,
    refresh_token: refreshToken,
    refresh_token_expires_in: refreshLifetimeS,
    scope,
    token_type: 'Bearer',
  };
  return { status: 200, body, effect: true };
}

function introspect(world: World, call: Call): Answer {
  verifyApp(call);
  const known = world.tokens.find(form(call, 'token') ?? '');
  if (known === null) return { status: 200, body: { active: false } };
  const trouble = world.tokens.trouble(known);
  const status = trouble === null ? 'active' : trouble === 'expired' ? 'expired' : 'revoked';
  const expiresAt = known.expiresAt ?? Date.now() + accessLifetimeS * 1000;
  const body = {
    active: status === 'active',
    status,
    scope,
    client_id: seedApp.linkedin.clientId,
    auth_type: '3L',
    created_at: Math.floor(known.issuedAt / 1000),
    authorized_at: Math.floor(known.issuedAt / 1000),
    expires_at: Math.floor(expiresAt / 1000),
  };
  return { status: 200, body };
}
