import { z } from 'zod';
import { askedScopes } from '../../domain/grant-scopes.ts';
import type { CallOptions } from '../channel.ts';
import type { AuthorizationRequest, CodeExchange, Grant, HeldGrant } from '../connector.ts';
import { codeParameters, consentQuery, refreshParameters } from '../oauth.ts';
import { configured, type XApi, xApi, type XDependencies, understood } from './api.ts';
import { saysTokenGone } from './errors.ts';

export function consentUrl({ http, app }: XDependencies, request: AuthorizationRequest): string {
  const url = http.webUrl('x', '/i/oauth2/authorize');
  const query = consentQuery({ client_id: configured(app.id) }, askedScopes('x', 'oauth'), request);
  url.search = new URLSearchParams(query).toString();
  return url.href;
}

export function exchangeCode(
  dependencies: XDependencies,
  request: CodeExchange,
  options: CallOptions = {},
): Promise<Grant> {
  return tokens(dependencies, codeParameters(request), null, options);
}

/** A new pair of tokens. The refresh token is spent by this, whether the answer arrives or not. */
export async function refreshGrant(
  dependencies: XDependencies,
  held: Pick<HeldGrant, 'refreshToken' | 'scopes'>,
  options: CallOptions = {},
): Promise<Grant> {
  return tokens(dependencies, refreshParameters('x', held), held, options);
}

/**
 * Gives both tokens back: X promises only that the token which is named ends. The refresh token goes first, since it
 * would live on.
 */
export async function giveBack(
  dependencies: XDependencies,
  { accessToken, refreshToken }: Pick<HeldGrant, 'accessToken' | 'refreshToken'>,
  options: CallOptions = {},
): Promise<void> {
  const api = xApi(dependencies);
  if (refreshToken !== null) await giveBackToken(api, refreshToken, options);
  await giveBackToken(api, accessToken, options);
}

async function giveBackToken(api: XApi, token: string, options: CallOptions): Promise<void> {
  const body = { form: { token } };
  try {
    await api(
      { method: 'POST', path: '/2/oauth2/revoke', body, sender: { kind: 'client' }, repeat: 'harmless' },
      options,
    );
  } catch (error) {
    if (!saysTokenGone(error)) throw error;
  }
}

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().optional(),
  refresh_token: z.string().min(1).optional(),
  scope: z.string().optional(),
});

async function tokens(
  dependencies: XDependencies,
  parameters: Readonly<Record<string, string>>,
  earlier: Pick<Grant, 'refreshToken' | 'scopes'> | null,
  options: CallOptions,
): Promise<Grant> {
  const answer = await xApi(dependencies)(
    {
      method: 'POST',
      path: '/2/oauth2/token',
      body: { form: parameters },
      sender: { kind: 'client' },
      // Codes and refresh tokens can be used once.
      repeat: 'never',
    },
    options,
  );
  const token = understood(tokenAnswer, answer);
  return {
    accessToken: token.access_token,
    refreshToken: token.refresh_token ?? earlier?.refreshToken ?? null,
    expiresAt: token.expires_in === undefined ? null : dependencies.clock() + token.expires_in * 1_000,
    // X documents no end of a consent.
    consentExpiresAt: null,
    scopes: token.scope?.split(/\s+/).filter((scope) => scope !== '') ?? earlier?.scopes ?? null,
  };
}
