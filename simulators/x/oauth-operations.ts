import { type CodeTrouble, redeemCode } from '../kernel/authorization-codes.ts';
import { openGrant, renewGrant, revokeToken, type TokenLifetimes, type TokenPair } from '../kernel/grants.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { oauthRefusal } from './errors.ts';

const dayMs = 86_400_000;
const codeLifetimeMs = 30_000;
/** X documents no end of a refresh token; developers have seen half a year. */
const lifetimes: TokenLifetimes = { accessMs: 7_200_000, refreshMs: 182 * dayMs };
const prefix = 'x-';

/** Codes and refresh tokens for access tokens, and their end. */
export function oauthOperations(world: World): Operation[] {
  return [
    { name: 'x.oauth.token', method: 'POST', path: '/2/oauth2/token', handle: (call) => token(world, call) },
    { name: 'x.oauth.revoke', method: 'POST', path: '/2/oauth2/revoke', handle: (call) => revoke(world, call) },
  ];
}

function token(world: World, call: Call): Answer {
  verifyApp(call);
  const grantType = required(call, 'grant_type');
  if (grantType === 'authorization_code') return exchange(world, call);
  if (grantType === 'refresh_token') return refresh(world, required(call, 'refresh_token'));
  throw oauthRefusal(400, 'invalid_request', 'Value passed for the grant type was invalid.');
}

function exchange(world: World, call: Call): Answer {
  const sent = {
    code: required(call, 'code'),
    clientId: seedApp.x.clientId,
    redirectUri: required(call, 'redirect_uri'),
    codeVerifier: required(call, 'code_verifier'),
  };
  const consent = redeemCode(world, sent, codeLifetimeMs);
  if (typeof consent === 'string') throw oauthRefusal(400, 'invalid_request', codeWords[consent]);
  const refreshMs = consent.scopes.includes('offline.access') ? lifetimes.refreshMs : null;
  return answer(openGrant(world, consent, { ...lifetimes, refreshMs }, prefix));
}

const invalidCode = 'Value passed for the authorization code was invalid.';
const codeWords: Readonly<Record<CodeTrouble, string>> = {
  unknown: invalidCode,
  used: invalidCode,
  expired: invalidCode,
  other_client: invalidCode,
  other_redirect: 'Value passed for the redirect uri did not match the uri of the authorization code.',
  other_verifier: 'Value passed for the code verifier did not match the code challenge.',
};

/** X spends a refresh token with its first use. Every reason why there are no new tokens has the same words. */
function refresh(world: World, refreshToken: string): Answer {
  const renewed = renewGrant(world, refreshToken, { rotates: true, lifetimes, prefix });
  if ('state' in renewed) {
    throw oauthRefusal(400, 'invalid_request', invalidToken, renewed.state === 'reused');
  }
  return answer(renewed);
}

const invalidToken = 'Value passed for the token was invalid.';

function answer({ grant, accessToken, refreshToken, accessMs }: TokenPair): Answer {
  const body = {
    token_type: 'bearer',
    expires_in: Math.floor(accessMs / 1000),
    access_token: accessToken,
    scope: grant.scopes.join(' '),
    ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
  };
  return { status: 200, body, effect: true };
}

function revoke(world: World, call: Call): Answer {
  verifyApp(call);
  if (!revokeToken(world, required(call, 'token'))) throw oauthRefusal(400, 'invalid_request', invalidToken);
  return { status: 200, body: { revoked: true }, effect: true };
}

/** The development app is a confidential client: X takes its secret in the header only. */
function verifyApp({ headers }: Call): void {
  const { clientId, clientSecret } = seedApp.x;
  const [, sent = ''] = /^Basic (.+)$/i.exec(headers.authorization ?? '') ?? [];
  if (Buffer.from(sent, 'base64').toString('utf8') === `${clientId}:${clientSecret}`) return;
  throw oauthRefusal(401, 'unauthorized_client', 'Missing valid authorization header');
}

function required({ body }: Call, name: string): string {
  const sent = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  if (typeof sent === 'string' && sent !== '') return sent;
  throw oauthRefusal(400, 'invalid_request', `Missing required parameter [${name}].`);
}
