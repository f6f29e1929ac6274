import { type CodeTrouble, redeemCode } from '../kernel/authorization-codes.ts';
import { openGrant, renewGrant, type TokenLifetimes, type TokenPair } from '../kernel/grants.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { verifiedAssertion } from './assertion.ts';
import { termsOfCode } from './consent.ts';
import { oauthError } from './errors.ts';
import { clientOf, parameter } from './form.ts';

const hourMs = 60 * 60_000;
/** Six months unused; every use would begin them anew, which is not simulated. */
const refreshMs = 182 * 24 * hourMs;
const codeLifetimeMs = 10 * 60_000;
const prefix = 'ya29.dev-';

/** Codes, refresh tokens and the assertions of service accounts, for access tokens. */
export function tokenOperations(world: World): Operation[] {
  return [{ name: 'google.oauth.token', method: 'POST', path: '/token', handle: (call) => token(world, call) }];
}

async function token(world: World, call: Call): Promise<Answer> {
  const grantType = parameter(call, 'grant_type');
  if (grantType === 'urn:ietf:params:oauth:grant-type:jwt-bearer') return fromAssertion(world, call);
  verifyClient(call);
  if (grantType === 'authorization_code') return fromCode(world, call);
  if (grantType === 'refresh_token') return fromRefreshToken(world, call);
  throw oauthError(400, 'unsupported_grant_type', `Invalid grant_type: ${grantType ?? ''}`);
}

function verifyClient(call: Call): void {
  const { id, secret } = clientOf(call);
  if (id === null) throw oauthError(400, 'invalid_request', 'Could not determine client ID from request.');
  if (id !== seedApp.google.clientId) throw oauthError(401, 'invalid_client', 'The OAuth client was not found.');
  if (secret === null) throw oauthError(400, 'invalid_request', 'client_secret is missing.');
  if (secret !== seedApp.google.clientSecret) throw oauthError(401, 'invalid_client', 'Unauthorized');
}

function fromCode(world: World, call: Call): Answer {
  const code = parameter(call, 'code');
  if (code === null) throw oauthError(400, 'invalid_request', 'Missing required parameter: code');
  const codeVerifier = parameter(call, 'code_verifier');
  const redirectUri = parameter(call, 'redirect_uri');
  const clientId = seedApp.google.clientId;
  const consent = redeemCode(world, { code, clientId, redirectUri, codeVerifier }, codeLifetimeMs);
  if (typeof consent === 'string') throw codeRefused(consent, codeVerifier);
  const lifetimes: TokenLifetimes = {
    accessMs: hourMs,
    refreshMs: termsOfCode(world, code).offline ? refreshMs : null,
  };
  return answered(openGrant(world, consent, lifetimes, prefix), true);
}

function codeRefused(trouble: CodeTrouble, codeVerifier: string | null) {
  switch (trouble) {
    case 'unknown':
      return oauthError(400, 'invalid_grant', 'Malformed auth code.');
    case 'other_redirect':
      return oauthError(400, 'redirect_uri_mismatch', 'Bad Request');
    case 'other_verifier':
      return oauthError(400, 'invalid_grant', `${codeVerifier === null ? 'Missing' : 'Invalid'} code verifier.`);
    case 'other_client':
    case 'used':
    case 'expired':
      return oauthError(400, 'invalid_grant', 'Bad Request');
  }
}

function fromRefreshToken(world: World, call: Call): Answer {
  const refreshToken = parameter(call, 'refresh_token');
  if (refreshToken === null) throw oauthError(400, 'invalid_request', 'Missing required parameter: refresh_token');
  const lifetimes = { accessMs: hourMs, refreshMs };
  const renewed = renewGrant(world, refreshToken, { rotates: false, lifetimes, prefix });
  if ('accessToken' in renewed) return answered(renewed, false);
  if (renewed.state === 'role_lost' || renewed.state === 'permission_missing') {
    // Roles are no matter of the authorisation server: the token is renewed, and of as little use as before.
    return answered(
      openGrant(world, { ...withoutRedirect, ...renewed.grant }, { accessMs: hourMs, refreshMs: null }, prefix),
      false,
    );
  }
  // Of what it has forgotten Google says no more than "Bad Request".
  const words = renewed.state === 'unknown' ? 'Bad Request' : 'Token has been expired or revoked.';
  throw oauthError(400, 'invalid_grant', words);
}

async function fromAssertion(world: World, call: Call): Promise<Answer> {
  const { personId, clientId, scopes } = await verifiedAssertion(world, parameter(call, 'assertion') ?? '');
  const consent = { ...withoutRedirect, personId, clientId, scopes, pageIds: null };
  const { accessToken, accessMs } = openGrant(world, consent, { accessMs: hourMs, refreshMs: null }, prefix);
  const body = { access_token: accessToken, expires_in: secondsOf(accessMs), token_type: 'Bearer' };
  return { status: 200, body, effect: true };
}

const withoutRedirect = { redirectUri: '', codeChallenge: null } as const;

function answered({ grant, accessToken, refreshToken, accessMs }: TokenPair, withRefreshToken: boolean): Answer {
  const body = {
    access_token: accessToken,
    expires_in: secondsOf(accessMs),
    ...(withRefreshToken && refreshToken !== null ? { refresh_token: refreshToken } : {}),
    scope: grant.scopes.join(' '),
    token_type: 'Bearer',
  };
  return { status: 200, body, effect: true };
}

/** Google's hour is a second short. */
const secondsOf = (lifetimeMs: number): number => (lifetimeMs === hourMs ? 3_599 : Math.floor(lifetimeMs / 1_000));
