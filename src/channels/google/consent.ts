import { z } from 'zod';
import { askedScopes } from '../../domain/grant-scopes.ts';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { AuthorizationRequest, CodeExchange, Grant, HeldGrant } from '../connector.ts';
import type { HttpRequest } from '../http.ts';
import { appCredentials, codeParameters, consentQuery, refreshParameters } from '../oauth.ts';
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
    ...consentQuery(appCredentials(network, app), [...identityScopes, ...askedScopes(network, 'oauth')], request),
    // A refresh token comes only to those who ask for it, and only when the person is really asked again.
    access_type: 'offline',
    prompt: 'consent select_account',
  }).toString();
  return url.href;
}

export function exchangeCode(
  dependencies: GoogleDependencies,
  network: GoogleNetwork,
  request: CodeExchange,
  options: CallOptions = {},
): Promise<Grant> {
  const parameters = codeParameters(request);
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
  const parameters = refreshParameters(network, held);
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
    body: { form: { ...parameters, ...appCredentials(network, dependencies.app) } },
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
