import { z } from 'zod';
import { askedScopes } from '../../domain/grant-scopes.ts';
import type { CallOptions } from '../channel.ts';
import type { AuthorizationRequest, CodeExchange, Grant } from '../connector.ts';
import { appCredentials, codeParameters, consentQuery, refreshParameters } from '../oauth.ts';
import { type LinkedinDependencies, linkedinRest, understood } from './rest.ts';

export function consentUrl({ http, app }: LinkedinDependencies, request: AuthorizationRequest): string {
  const url = http.webUrl('linkedin', '/oauth/v2/authorization');
  const query = consentQuery(appCredentials('linkedin', app), askedScopes('linkedin', 'oauth'), request);
  url.search = new URLSearchParams(query).toString();
  return url.href;
}

export function exchangeCode(
  dependencies: LinkedinDependencies,
  request: CodeExchange,
  options: CallOptions = {},
): Promise<Grant> {
  return tokens(dependencies, codeParameters(request), null, options);
}

/** A new access token. The refresh token keeps its first expiry, a year after consent, and is given to partners only. */
export async function refreshGrant(
  dependencies: LinkedinDependencies,
  grant: Pick<Grant, 'refreshToken' | 'scopes'>,
  options: CallOptions = {},
): Promise<Grant> {
  return tokens(dependencies, refreshParameters('linkedin', grant), grant, options);
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
    body: { form: { ...parameters, ...appCredentials('linkedin', dependencies.app) } },
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
