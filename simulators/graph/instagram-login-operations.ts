import { type CodeTrouble, redeemCode } from '../kernel/authorization-codes.ts';
import { addToken, openGrant, type TokenPair } from '../kernel/grants.ts';
import { type Answer, type Call, type Operation, Refused } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { honoured } from './auth.ts';
import { invalidParameter, tokenRefused } from './errors.ts';
import { instagramPerson } from './instagram-people.ts';
import { param, required } from './params.ts';

const secondMs = 1_000;
const hourMs = 3_600 * secondMs;
const longLivedMs = 60 * 24 * hourMs;
const prefix = 'IGAA-dev-issued-';

/** The hosts of Instagram's own login: codes for an hour's tokens, those for long ones, and those for later ones. */
export function instagramLoginOperations(world: World): Operation[] {
  return [
    {
      name: 'instagram.oauth.token',
      method: 'POST',
      path: '/oauth/access_token',
      // One address serves Facebook's codes too; only Instagram's come with a grant type.
      when: (call) => param(call, 'grant_type') === 'authorization_code',
      handle: (call) => exchange(world, call),
    },
    { name: 'instagram.token.exchange', method: 'GET', path: '/access_token', handle: (c) => prolong(world, c) },
    { name: 'instagram.token.refresh', method: 'GET', path: '/refresh_access_token', handle: (c) => renew(world, c) },
  ];
}

function exchange(world: World, call: Call): Answer {
  const { clientId, clientSecret } = seedApp.instagram;
  if (param(call, 'client_id') !== clientId || param(call, 'client_secret') !== clientSecret) {
    throw loginRefused('Invalid platform app');
  }
  const sent = { code: param(call, 'code') ?? '', clientId, redirectUri: param(call, 'redirect_uri') };
  const consent = redeemCode(world, { ...sent, codeVerifier: null }, hourMs);
  if (typeof consent === 'string') throw loginRefused(words[consent]);
  const { accessToken } = openGrant(world, consent, { accessMs: hourMs, refreshMs: null }, prefix);
  const token = { access_token: accessToken, user_id: consent.personId, permissions: consent.scopes.join(',') };
  return { status: 200, body: { data: [token] }, effect: true };
}

const notFound = 'Matching code was not found or was already used';
const words: Readonly<Record<CodeTrouble, string>> = {
  unknown: notFound,
  used: notFound,
  expired: notFound,
  other_client: notFound,
  other_verifier: notFound,
  other_redirect:
    'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the ' +
    'OAuth dialog request',
};

/** The host that takes codes does not speak like the Graph API. */
const loginRefused = (message: string): Refused =>
  new Refused({ status: 400, body: { error_type: 'OAuthException', code: 400, error_message: message } });

function prolong(world: World, call: Call): Answer {
  if (param(call, 'grant_type') !== 'ig_exchange_token') throw invalidParameter('(#100) Invalid grant_type');
  if (param(call, 'client_secret') !== seedApp.instagram.clientSecret) {
    throw invalidParameter('Error validating client secret.', { code: 1 });
  }
  return another(world, required(call, 'access_token'));
}

function renew(world: World, call: Call): Answer {
  if (param(call, 'grant_type') !== 'ig_refresh_token') throw invalidParameter('(#100) Invalid grant_type');
  return another(world, required(call, 'access_token'));
}

function another(world: World, token: string): Answer {
  const { personId, grant, trouble } = honoured(world, token);
  if (trouble !== null) throw tokenRefused(trouble);
  if (grant === null || instagramPerson(personId) === null) {
    throw invalidParameter('Unsupported request - method type: get', { type: 'IGApiException' });
  }
  return told(addToken(world, grant, longLivedMs, prefix));
}

function told({ accessToken, accessMs }: TokenPair): Answer {
  const body = { access_token: accessToken, token_type: 'bearer', expires_in: Math.ceil(accessMs / secondMs) };
  return { status: 200, body, effect: true };
}
