import { z } from 'zod';
import { scopesOf } from '../../domain/grant-scopes.ts';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { AuthorizationRequest, CodeExchange, Grant, HeldGrant } from '../connector.ts';
import type { HttpRequest } from '../http.ts';
import type { GoogleApp } from '../oauth-app.ts';
import { type GoogleDependencies, type GoogleNetwork, googleRest } from './rest.ts';

/** What tells us who consented. People cannot untick them, and nothing of a page needs them. */
const identityScopes = [
  'openid',
  'https://www.googleapis.com/auth/userinfo.email',
  'https://www.googleapis.com/auth/userinfo.profile',
] as const;

/**
 * The URL of Google's consent page. Earlier permissions are not asked to be included: a token for mail shall not be able
 * to publish films.
 */
export function consentUrl(
  { http, app }: GoogleDependencies,
  network: GoogleNetwork,
  request: AuthorizationRequest,
): string {
  const url = http.webUrl(network, '/o/oauth2/v2/auth');
  url.search = new URLSearchParams({
    client_id: credentials(network, app).client_id,
    redirect_uri: request.redirectUri,
    response_type: 'code',
    scope: [...identityScopes, ...scopesOf(network, 'oauth').map(({ scope }) => scope)].join(' '),
    state: request.state,
    // A refresh token comes only to those who ask for it, and only when the person is really asked again.
    access_type: 'offline',
    prompt: 'consent select_account',
    ...(request.codeChallenge === null ? {} : { code_challenge: request.codeChallenge, code_challenge_method: 'S256' }),
  }).toString();
  return url.href;
}

export function exchangeCode(
  dependencies: GoogleDependencies,
  network: GoogleNetwork,
  request: CodeExchange,
  options: CallOptions = {},
): Promise<Grant> {
  const parameters = {
    grant_type: 'authorization_code',
    code: request.code,
    redirect_uri: request.redirectUri,
    ...(request.codeVerifier === null ? {} : { code_verifier: request.codeVerifier }),
  };
  // A code can be used once.
  return tokens({ dependencies, network, parameters, earlier: null, repeat: 'never', options });
}

/** A new access token. The refresh token stays the same for as long as the grant lives, and asking twice is harmless. */
export async function refreshGrant(
  dependencies: GoogleDependencies,
  network: GoogleNetwork,
  held: Pick<HeldGrant, 'refreshToken' | 'scopes'>,
  options: CallOptions = {},
): Promise<Grant> {
  if (held.refreshToken === null) {
    throw new ChannelError(`${network} gave no refresh token: a person must consent again.`, {
      class: 'disconnected',
      mayHaveActed: false,
      grantProblem: 'gone',
    });
  }
  const parameters = { grant_type: 'refresh_token', refresh_token: held.refreshToken };
  return tokens({ dependencies, network, parameters, earlier: held, repeat: 'harmless', options });
}

/**
 * Takes back all that the person has granted our client, on all of Google's networks: Google knows no smaller unit.
 */
export async function revokeGrant(
  dependencies: GoogleDependencies,
  network: GoogleNetwork,
  held: Pick<HeldGrant, 'accessToken' | 'refreshToken'>,
  options: CallOptions = {},
): Promise<void> {
  try {
    await googleRest(
      network,
      dependencies,
    )({
      method: 'POST',
      target: { base: 'token', path: '/revoke' },
      body: { form: { token: held.refreshToken ?? held.accessToken } },
      accessToken: null,
      repeat: 'harmless',
      signal: options.signal,
      answer: z.unknown(),
    });
  } catch (error) {
    if (!isGoneAlready(error)) throw error;
  }
}

const isGoneAlready = (error: unknown): boolean =>
  error instanceof ChannelError && error.provider?.code === 'invalid_token';

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().optional(),
  refresh_token: z.string().optional(),
  // Where the person gave access for a time only, and for apps that Google still counts as being tested.
  refresh_token_expires_in: z.number().optional(),
  scope: z.string().optional(),
});

async function tokens({
  dependencies,
  network,
  parameters,
  earlier,
  repeat,
  options,
}: {
  dependencies: GoogleDependencies;
  network: GoogleNetwork;
  parameters: Readonly<Record<string, string>>;
  earlier: Pick<HeldGrant, 'refreshToken' | 'scopes'> | null;
  repeat: HttpRequest['repeat'];
  options: CallOptions;
}): Promise<Grant> {
  const token = await googleRest(
    network,
    dependencies,
  )({
    method: 'POST',
    target: { base: 'token', path: '/token' },
    body: { form: { ...parameters, ...credentials(network, dependencies.app) } },
    accessToken: null,
    repeat,
    signal: options.signal,
    answer: tokenAnswer,
  });
  const inSeconds = (seconds: number | undefined): number | null =>
    seconds === undefined ? null : dependencies.clock() + seconds * 1_000;
  return {
    accessToken: token.access_token,
    refreshToken: token.refresh_token ?? earlier?.refreshToken ?? null,
    expiresAt: inSeconds(token.expires_in),
    consentExpiresAt: inSeconds(token.refresh_token_expires_in),
    scopes: token.scope === undefined ? (earlier?.scopes ?? null) : scopesIn(token.scope),
  };
}

/** The permissions in a list as OAuth writes it. */
export function scopesIn(text: string): readonly string[] {
  return text.split(' ').filter((scope) => scope !== '');
}

function credentials(network: GoogleNetwork, app: GoogleApp): { client_id: string; client_secret: string } {
  if (app.id !== null && app.secret !== null) return { client_id: app.id, client_secret: app.secret };
  throw new ChannelError(`${network} cannot be connected: no client id and secret are configured.`, {
    class: 'unknown',
    mayHaveActed: false,
  });
}
