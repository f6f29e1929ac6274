import { createHash } from 'node:crypto';
import express, { type Request, type Response, Router } from 'express';
import { answerConsent, consentForm, type ConsentQuestion } from '../kernel/consent-page.ts';
import { escapeHtml, htmlPage } from '../kernel/html.ts';
import type { World } from '../kernel/world.ts';
import { seedApp } from '../seed.ts';
import { grantedBefore } from './gateway.ts';
import { asksForChannel, everyScope, scopesAsked, signInScopes } from './scopes.ts';
import { identities } from './seeds.ts';

/** What Google remembers of a code besides the consent. */
export interface CodeTerms {
  /** Whether a refresh token comes with it. */
  readonly offline: boolean;
}

/** Google's consent page, and what it leads to. */
export function consentPages(world: World): Router {
  const router = Router();
  router.get('/o/oauth2/v2/auth', (req, res) => {
    const asked = askedOf(req);
    if ('error' in asked) return showError(res, asked);
    res.send(consentForm(asked.question));
  });
  router.post('/o/oauth2/v2/auth', express.urlencoded({ extended: false }), (req, res) => {
    const asked = askedOf(req);
    if ('error' in asked) return showError(res, asked);
    const target = answered(world, asked, req);
    if (target === null) return showError(res, { status: 400, error: 'invalid_request', words: 'Unknown account.' });
    res.redirect(302, target);
  });
  return router;
}

export const termsOfCode = (world: World, code: string): CodeTerms =>
  terms(world).get(hash(code)) ?? { offline: false };

interface Asked {
  readonly question: ConsentQuestion;
  readonly offline: boolean;
  /** The consent is asked for again even if it was given before. */
  readonly again: boolean;
  readonly withEarlier: boolean;
}

interface PageError {
  readonly status: number;
  readonly error: string;
  readonly words: string;
}

/** What the app asks for, or what Google shows instead of asking: such errors never lead back to the app. */
function askedOf(req: Request): Asked | PageError {
  const parameter = (name: string): string | null => {
    const value = req.query[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const missing = ['client_id', 'redirect_uri', 'response_type', 'scope'].find((name) => parameter(name) === null);
  if (missing !== undefined) return invalid(`Missing required parameter: ${missing}`);
  if (parameter('client_id') !== seedApp.google.clientId) {
    return { status: 401, error: 'invalid_client', words: 'The OAuth client was not found.' };
  }
  const redirectUri = parameter('redirect_uri') ?? '';
  if (!isRegistered(redirectUri)) {
    const words = `The redirect URI in the request, ${redirectUri}, does not match the ones authorized for the OAuth client.`;
    return { status: 400, error: 'redirect_uri_mismatch', words };
  }
  if (parameter('response_type') !== 'code') return invalid('Invalid response_type');
  const scopes = scopesAsked(parameter('scope') ?? '');
  const unknown = scopes.filter((each) => !everyScope.includes(each));
  if (unknown.length > 0) {
    const words = `Some requested scopes were invalid. {invalid=[${unknown.join(', ')}]}`;
    return { status: 400, error: 'invalid_scope', words };
  }
  const codeChallenge = parameter('code_challenge');
  if (codeChallenge !== null && parameter('code_challenge_method') !== 'S256') {
    return invalid('Only the code_challenge_method S256 is simulated.');
  }
  return {
    question: {
      title: 'Chorally development wants access to your Google Account',
      people: identities
        .filter(({ brand }) => !brand || asksForChannel(scopes))
        .map(({ sub, name, company }) => ({ id: sub, name, company })),
      scopes,
      fixed: signInScopes,
      clientId: seedApp.google.clientId,
      redirectUri,
      state: parameter('state'),
      codeChallenge,
      denial: { error: 'access_denied' },
    },
    offline: parameter('access_type') === 'offline',
    again: parameter('prompt')?.split(' ').includes('consent') === true,
    withEarlier: parameter('include_granted_scopes') === 'true',
  };
}

function answered(world: World, { question, offline, again, withEarlier }: Asked, req: Request): string | null {
  const form = req.body as Record<string, string | string[] | undefined>;
  const personId = typeof form['person'] === 'string' ? form['person'] : '';
  const earlier = grantedBefore(world, personId, question.clientId);
  const added = withEarlier ? earlier : [];
  // Earlier permissions are not shown again and cannot be unticked.
  form['scope'] = [form['scope'] ?? []].flat().concat(added);
  const scopes = [...new Set([...question.scopes, ...added])];
  const target = answerConsent(world, { ...question, scopes }, req);
  if (target === null) return null;
  const url = new URL(target);
  const code = url.searchParams.get('code');
  // Who has consented before gets a refresh token only if they are asked again.
  if (code !== null) terms(world).put(hash(code), { offline: offline && (again || earlier.length === 0) });
  url.searchParams.set('iss', 'https://accounts.google.com');
  return url.href;
}

/** Ours are registered: any page of this machine, and of the test domain. */
function isRegistered(redirectUri: string): boolean {
  if (!URL.canParse(redirectUri)) return false;
  const { protocol, hostname, hash: fragment } = new URL(redirectUri);
  if (fragment !== '') return false;
  if (hostname === 'localhost' || hostname === '127.0.0.1') return protocol === 'http:' || protocol === 'https:';
  return protocol === 'https:' && hostname.endsWith('.chorally.test');
}

const invalid = (words: string): PageError => ({ status: 400, error: 'invalid_request', words });

function showError(res: Response, { status, error, words }: PageError): void {
  res.status(status).send(htmlPage(`Error ${status}: ${error}`, `<p>${escapeHtml(words)}</p>`));
}

const terms = ({ store }: World) => store.collection<CodeTerms>('google-code-terms');
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
