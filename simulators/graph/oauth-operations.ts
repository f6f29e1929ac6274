import { type CodeTrouble, type Consent, redeemCode } from '../kernel/authorization-codes.ts';
import { addToken, openGrant, type TokenPair } from '../kernel/grants.ts';
import type { Answer, Call, Operation, Refused } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { seedApp, seedTenants } from '../seed.ts';
import { honoured } from './auth.ts';
import { graphError, invalidParameter, tokenRefused } from './errors.ts';
import { param, required } from './params.ts';
import { personPermissions, whatsappPermissions } from './permissions.ts';
import { businessOfSystemUser, whatsappBusinesses } from './whatsapp-seeds.ts';

const secondMs = 1_000;
const hourMs = 3_600 * secondMs;
const dayMs = 24 * hourMs;
const shortLivedMs = 2 * hourMs;
const longLivedMs = 60 * dayMs;
/** A business token does not expire; its grant is kept by the kernel, which counts. */
const foreverMs = 100 * 365 * dayMs;
const prefix = 'EAAB-dev-issued-';

/** From the code of a consent to a long-lived token. */
export function oauthOperations(world: World): Operation[] {
  return (['GET', 'POST'] as const).map((method) => ({
    name: 'graph.oauth.token',
    method,
    path: '/oauth/access_token',
    handle: (call) => exchange(world, call),
  }));
}

function exchange(world: World, call: Call): Answer {
  verifyApp(call);
  const grantType = param(call, 'grant_type');
  if (grantType === 'client_credentials') {
    const { clientId, clientSecret } = seedApp.meta;
    return { status: 200, body: { access_token: `${clientId}|${clientSecret}`, token_type: 'bearer' } };
  }
  if (grantType === 'fb_exchange_token') return prolong(world, required(call, 'fb_exchange_token'));
  const consent = consentOf(world, call);
  const business = businessOfSystemUser(consent.personId) !== null;
  const lifetimes = { accessMs: business ? foreverMs : shortLivedMs, refreshMs: null };
  return told(world, openGrant(world, consent, lifetimes, prefix), business);
}

function prolong(world: World, token: string): Answer {
  const { grant, trouble, personId } = honoured(world, token);
  if (trouble !== null) throw tokenRefused(trouble);
  // The fixed tokens have no consent behind them; what is made of one is as good as all.
  const living = grant ?? openGrant(world, allOf(personId), { accessMs: longLivedMs, refreshMs: null }, prefix).grant;
  return told(world, addToken(world, living, longLivedMs, prefix), false);
}

function consentOf(world: World, call: Call): Consent {
  const code = required(call, 'code');
  const fixed = seedTenants.find(({ metaPerson }) => metaPerson.code === code)?.metaPerson.externalId;
  const fixedBusiness = whatsappBusinesses.find((business) => business.code === code)?.systemUserId;
  const personId = fixed ?? fixedBusiness;
  if (personId !== undefined) return allOf(personId);
  const sent = { code, clientId: seedApp.meta.clientId, redirectUri: param(call, 'redirect_uri'), codeVerifier: null };
  const redeemed = redeemCode(world, sent, 10 * 60 * secondMs);
  if (typeof redeemed === 'string') throw refusedCode(redeemed);
  return redeemed;
}

/** A consent to all that can be asked for, on all pages. */
function allOf(personId: string): Consent {
  const scopes = businessOfSystemUser(personId) === null ? personPermissions : whatsappPermissions;
  const { clientId } = seedApp.meta;
  return { personId, scopes, pageIds: null, clientId, redirectUri: '', codeChallenge: null };
}

function refusedCode(trouble: CodeTrouble): Refused {
  switch (trouble) {
    case 'used':
      return invalidParameter('This authorization code has been used.', { subcode: 36009 });
    case 'expired':
      return invalidParameter('This authorization code has expired.', { subcode: 36007 });
    case 'other_redirect':
      return invalidParameter(
        'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in ' +
          'the OAuth dialog request',
        { subcode: 36008 },
      );
    case 'unknown':
    case 'other_client':
    case 'other_verifier':
      return invalidParameter('Invalid verification code format.');
  }
}

function told(world: World, { accessToken, accessMs }: TokenPair, business: boolean): Answer {
  const lasts = business && world.settings.current().accessTokenLifetimeMs === null;
  const expiry = lasts ? {} : { expires_in: Math.ceil(accessMs / secondMs) };
  return { status: 200, body: { access_token: accessToken, token_type: 'bearer', ...expiry }, effect: true };
}

/** Lets only the app itself through. */
export function verifyApp(call: Call): void {
  const { clientId, clientSecret } = seedApp.meta;
  if (param(call, 'client_id') !== clientId) {
    throw graphError({ code: 101, message: 'Error validating application. Invalid application ID.' });
  }
  if (param(call, 'client_secret') !== clientSecret) {
    throw graphError({ code: 1, message: 'Error validating client secret.' });
  }
}
