import { type Consent, redeemCode } from '../kernel/authorization-codes.ts';
import { lifeOf, openGrant, renewGrant, revokeToken, type TokenLifetimes } from '../kernel/grants.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { seedApp, seedTenants } from '../seed.ts';
import { form, oauthRefusal, required, tokenAnswer, verifyApp } from './oauth-answers.ts';
import { introspect } from './introspection.ts';
import { refreshSeeded } from './seeded-grants.ts';
import { grantOfRefreshToken, linkedinScopes } from './seeds.ts';

const dayMs = 86_400_000;
const lifetimes = { accessMs: 60 * dayMs, refreshMs: 365 * dayMs } as const satisfies TokenLifetimes;
const codeLifetimeMs = 30 * 60_000;
const prefix = 'AQ';

/** Codes and refresh tokens for access tokens, what a token is worth, and its end. */
export function oauthOperations(world: World): Operation[] {
  return [
    { name: 'linkedin.oauth.token', method: 'POST', path: '/oauth/v2/accessToken', handle: (c) => token(world, c) },
    { name: 'linkedin.oauth.revoke', method: 'POST', path: '/oauth/v2/revoke', handle: (c) => revoke(world, c) },
    {
      name: 'linkedin.oauth.introspect',
      method: 'POST',
      path: '/oauth/v2/introspectToken',
      handle: (call) => introspect(world, call),
    },
  ];
}

function token(world: World, call: Call): Answer {
  verifyApp(call);
  const grantType = form(call, 'grant_type');
  if (grantType === 'authorization_code') return exchange(world, call);
  if (grantType === 'refresh_token') return refresh(world, required(call, 'refresh_token'));
  throw oauthRefusal(400, 'unsupported_grant_type', 'The grant type is not supported');
}

function exchange(world: World, call: Call): Answer {
  const redirectUri = required(call, 'redirect_uri');
  const code = required(call, 'code');
  const sent = { code, clientId: seedApp.linkedin.clientId, redirectUri, codeVerifier: null };
  const consent = seededConsent(code, redirectUri) ?? redeemCode(world, sent, codeLifetimeMs);
  if (typeof consent === 'string') throw oauthRefusal(400, 'invalid_request', noSuchCode);
  return tokenAnswer(openGrant(world, consent, lifetimes, prefix));
}

/** LinkedIn's words for every reason why a code brings nothing. */
const noSuchCode =
  'Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code. ' +
  'Or authorization code expired. Or external member binding exists';

/** The consent that a fixed code of the seed stands for, as often as it is shown. */
function seededConsent(code: string, redirectUri: string): Consent | null {
  const person = seedTenants.map(({ linkedinPerson }) => linkedinPerson).find((candidate) => candidate.code === code);
  if (person === undefined) return null;
  return {
    personId: person.externalId,
    scopes: linkedinScopes,
    pageIds: null,
    clientId: seedApp.linkedin.clientId,
    redirectUri,
    codeChallenge: null,
  };
}

/**
 * The refresh token stays the same and keeps the end that it had; near it, new access tokens end with it. Source:
 * learn.microsoft.com, "Refresh Tokens with OAuth 2.0".
 */
function refresh(world: World, refreshToken: string): Answer {
  const seeded = grantOfRefreshToken(refreshToken);
  if (seeded !== null) return refreshSeeded(world, { id: seeded, refreshToken }, lifetimes);
  const refreshMs = (lifeOf(world, refreshToken)?.expiresAt ?? 0) - Date.now();
  const accessMs = Math.min(lifetimes.accessMs, refreshMs);
  const renewed = renewGrant(world, refreshToken, { rotates: false, lifetimes: { accessMs, refreshMs }, prefix });
  if ('accessToken' in renewed) return tokenAnswer({ ...renewed, refreshMs });
  const words = renewed.state === 'unknown' ? 'is invalid' : 'is invalid, expired or revoked.';
  throw oauthRefusal(400, 'invalid_grant', `The provided authorization grant or refresh token ${words}`);
}

/** LinkedIn's own reference does not name this endpoint; others use it so. What is gone is no error (RFC 7009, 2.2). */
function revoke(world: World, call: Call): Answer {
  verifyApp(call);
  revokeToken(world, required(call, 'token'));
  return { status: 200, body: {}, effect: true };
}
