import express, { type Request, Router } from 'express';
import { type CodeTrouble, redeemCode } from '../kernel/authorization-codes.ts';
import { answerConsent, consentForm, type ConsentQuestion } from '../kernel/consent-page.ts';
import { openGrant, renewGrant, type Standing, type TokenPair } from '../kernel/grants.ts';
import { type Answer, type Call, type Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { loginRefused } from './errors.ts';
import { mailUsers } from './seeds.ts';

const minuteMs = 60_000;
const lifetimes = { accessMs: 60 * minuteMs, refreshMs: 90 * 24 * 60 * minuteMs } as const;
const prefix = 'EwB-dev-';

/** The consent page. */
export function loginSite(world: World): Router {
  const router = Router();
  router.get('/:directory/oauth2/v2.0/authorize', (req, res) => {
    const question = questionIn(req);
    if (typeof question === 'string') res.status(400).send(question);
    else res.send(consentForm(question));
  });
  router.post('/:directory/oauth2/v2.0/authorize', express.urlencoded({ extended: false }), (req, res) => {
    const question = questionIn(req);
    const back = typeof question === 'string' ? null : answerConsent(world, question, req);
    if (back === null) res.status(400).send(typeof question === 'string' ? question : 'There is no such account.');
    else res.redirect(302, back);
  });
  return router;
}

const permissions: ReadonlySet<string> = new Set(['offline_access', 'User.Read', 'Mail.ReadWrite', 'Mail.Send']);

/** What is asked, or what Microsoft would say of a request that it does not show to anybody. */
function questionIn({ query }: Request): ConsentQuestion | string {
  const of = (name: string): string | null => (typeof query[name] === 'string' ? query[name] : null);
  const redirectUri = of('redirect_uri');
  if (of('client_id') !== seedApp.microsoft.clientId) {
    return 'AADSTS700016: Application with this identifier was not found in the directory.';
  }
  if (redirectUri === null || !URL.canParse(redirectUri)) {
    return 'AADSTS50011: The redirect URI specified in the request does not match the redirect URIs configured for the application.';
  }
  if (of('response_type') !== 'code') return 'AADSTS700054: response_type is not enabled for the application.';
  const scopes = (of('scope') ?? '').split(' ').filter((scope) => permissions.has(scope));
  return {
    title: 'Permissions requested',
    people: mailUsers,
    scopes,
    // Microsoft asks for all or nothing: single permissions are taken back by an administrator, later.
    fixed: scopes,
    clientId: seedApp.microsoft.clientId,
    redirectUri,
    state: of('state'),
    codeChallenge: of('code_challenge_method') === 'S256' ? of('code_challenge') : null,
    denial: {
      error: 'access_denied',
      error_subcode: 'cancel',
      error_description: 'AADSTS65004: User declined to consent to access the app.',
    },
  };
}

/** Codes and refresh tokens for access tokens. */
export function loginOperations(world: World): Operation[] {
  return [
    {
      name: 'microsoft.oauth.token',
      method: 'POST',
      path: '/:directory/oauth2/v2.0/token',
      handle: (call) => token(world, call),
    },
  ];
}

function form({ body }: Call, name: string): string | null {
  const sent = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return typeof sent === 'string' && sent !== '' ? sent : null;
}

const codeLifetimeMs = 10 * minuteMs;

const codeRefusals = {
  unknown: 70_000,
  used: 54_005,
  expired: 70_008,
  other_client: 700_005,
  other_redirect: 500_112,
  other_verifier: 501_481,
} as const satisfies Readonly<Record<CodeTrouble, number>>;

function token(world: World, call: Call): Answer {
  const clientId = form(call, 'client_id') ?? '';
  const { clientId: ours, clientSecret } = seedApp.microsoft;
  if (clientId !== ours || form(call, 'client_secret') !== clientSecret) throw loginRefused(7_000_215);
  const grantType = form(call, 'grant_type');
  if (grantType === 'refresh_token') return refresh(world, form(call, 'refresh_token') ?? '');
  if (grantType !== 'authorization_code') throw loginRefused(70_003);
  const sent = {
    code: form(call, 'code') ?? '',
    clientId,
    redirectUri: form(call, 'redirect_uri'),
    codeVerifier: form(call, 'code_verifier'),
  };
  const consent = redeemCode(world, sent, codeLifetimeMs);
  if (typeof consent === 'string') throw loginRefused(codeRefusals[consent]);
  return answerOf(openGrant(world, consent, lifetimes, prefix));
}

function refresh(world: World, refreshToken: string): Answer {
  const renewed = renewGrant(world, refreshToken, { rotates: 'beside', lifetimes, prefix });
  if ('accessToken' in renewed) return answerOf(renewed);
  throw loginRefused(refreshRefusal(renewed));
}

function refreshRefusal({ state }: Standing): 50_173 | 65_001 | 70_000 | 700_082 {
  if (state === 'expired') return 700_082;
  if (state === 'permission_missing' || state === 'role_lost') return 65_001;
  return state === 'unknown' ? 70_000 : 50_173;
}

function answerOf({ grant, accessToken, refreshToken, accessMs }: TokenPair): Answer {
  // `offline_access` is granted by the refresh token and never told.
  const told = [...grant.scopes.filter((scope) => scope !== 'offline_access'), 'profile', 'openid', 'email'];
  const body = {
    token_type: 'Bearer',
    scope: told.join(' '),
    expires_in: Math.max(1, Math.floor(accessMs / 1_000)),
    ext_expires_in: Math.max(1, Math.floor(accessMs / 1_000)),
    access_token: accessToken,
    ...(grant.scopes.includes('offline_access') ? { refresh_token: refreshToken } : {}),
  };
  return { status: 200, body, effect: true };
}
