import { z } from 'zod';
import { scopesOf } from '../../domain/grant-scopes.ts';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { AuthorizationRequest, CodeExchange, Grant } from '../connector.ts';
import { type LinkedinApp, type LinkedinDependencies, linkedinRest, understood } from './rest.ts';

export function consentUrl({ http, app }: LinkedinDependencies, request: AuthorizationRequest): string {
  const url = http.webUrl('linkedin', '/oauth/v2/authorization');
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: credentials(app).client_id,
    redirect_uri: request.redirectUri,
    state: request.state,
    scope: scopesOf('linkedin', 'oauth')
      .map(({ scope }) => scope)
      .join(' '),
  }).toString();
  return url.href;
}

export function exchangeCode(
  dependencies: LinkedinDependencies,
  request: CodeExchange,
  options: CallOptions = {},
): Promise<Grant> {
  return tokens(
    dependencies,
    { grant_type: 'authorization_code', code: request.code, redirect_uri: request.redirectUri },
    null,
    options,
  );
}

/** A new access token. The refresh token keeps its first expiry, a year after consent, and is given to partners only. */
export async function refreshGrant(
  dependencies: LinkedinDependencies,
  grant: Pick<Grant, 'refreshToken' | 'scopes'>,
  options: CallOptions = {},
): Promise<Grant> {
  if (grant.refreshToken === null) {
    throw new ChannelError('linkedin gave no refresh token: a person must consent again.', {
      class: 'disconnected',
      mayHaveActed: false,
      grantProblem: 'gone',
    });
  }
  return tokens(dependencies, { grant_type: 'refresh_token', refresh_token: grant.refreshToken }, grant, options);
}

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().optional(),
  refresh_token: z.string().optional(),
  refresh_token_expires_in: z.number().optional(),
  scope: z.string().optional(),
});

async function tokens(
  dependencies: LinkedinDependencies,
  parameters: Record<string, string>,
  earlier: Pick<Grant, 'refreshToken' | 'scopes'> | null,
  options: CallOptions,
): Promise<Grant> {
  const answer = await linkedinRest(dependencies)({
    method: 'POST',
    target: { base: 'web', path: '/oauth/v2/accessToken' },
    body: { form: { ...parameters, ...credentials(dependencies.app) } },
    accessToken: null,
    // Codes and, some day, refresh tokens can be used once.
    repeat: 'never',
    signal: options.signal,
  });
  const token = understood(tokenAnswer, answer);
  const inSeconds = (seconds: number | undefined): number | null =>
    seconds === undefined ? null : dependencies.clock() + seconds * 1_000;
  return {
    accessToken: token.access_token,
    refreshToken: token.refresh_token ?? earlier?.refreshToken ?? null,
    expiresAt: inSeconds(token.expires_in),
    // A refresh token lives for a year from the first consent, whatever is refreshed meanwhile.
    consentExpiresAt: inSeconds(token.refresh_token_expires_in),
    scopes: scopeList(token.scope) ?? earlier?.scopes ?? null,
  };
}

/** LinkedIn separates permissions by commas or by spaces, depending on the endpoint and the year. */
export function scopeList(scope: string | undefined): readonly string[] | null {
  return scope?.split(/[\s,]+/).filter((one) => one !== '') ?? null;
}

/** What the app proves itself with; LinkedIn takes it in the form. */
export function credentials(app: LinkedinApp): { client_id: string; client_secret: string } {
  if (app.id !== null && app.secret !== null) return { client_id: app.id, client_secret: app.secret };
  throw new ChannelError('linkedin cannot be connected: no client id and secret are configured.', {
    class: 'unknown',
    mayHaveActed: false,
  });
}
