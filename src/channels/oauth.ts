import { ChannelError } from './channel.ts';
import type { AuthorizationRequest, CodeExchange, HeldGrant } from './connector.ts';
import type { OauthApp } from './oauth-app.ts';

/*
 * What OAuth 2.0 servers are asked alike (RFC 6749; RFC 7636 where they take a code challenge). What a network wants
 * besides, or calls differently, stays with it.
 */

/** The query of a consent page. The permissions are told as OAuth wants them; some networks want commas. */
export function consentQuery(
  app: { readonly client_id: string },
  scopes: readonly string[],
  { redirectUri, state, codeChallenge }: AuthorizationRequest,
  { between = ' ' }: { between?: string } = {},
): Record<string, string> {
  return {
    response_type: 'code',
    client_id: app.client_id,
    redirect_uri: redirectUri,
    scope: scopes.join(between),
    state,
    ...(codeChallenge === null ? {} : { code_challenge: codeChallenge, code_challenge_method: 'S256' }),
  };
}

/** What a code is exchanged with. */
export function codeParameters({ code, redirectUri, codeVerifier }: CodeExchange): Record<string, string> {
  const verifier = codeVerifier === null ? {} : { code_verifier: codeVerifier };
  return { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...verifier };
}

/** What a new access token is asked for with. Throws where the network gave no refresh token. */
export function refreshParameters(
  network: string,
  { refreshToken }: Pick<HeldGrant, 'refreshToken'>,
): Record<string, string> {
  if (refreshToken !== null) return { grant_type: 'refresh_token', refresh_token: refreshToken };
  throw new ChannelError(`${network} gave no refresh token: a person must consent again.`, {
    class: 'disconnected',
    mayHaveActed: false,
    grantProblem: 'gone',
  });
}

/** What the app proves itself with, where the network takes it in the form. Throws where none is configured. */
export function appCredentials(network: string, app: OauthApp): { client_id: string; client_secret: string } {
  if (app.id !== null && app.secret !== null) return { client_id: app.id, client_secret: app.secret };
  throw new ChannelError(`${network} does not know us: no client id and secret are configured.`, {
    class: 'unknown',
    mayHaveActed: false,
  });
}
