import { z } from 'zod';
import { askedScopes } from '../../domain/grant-scopes.ts';
import type { CallOptions } from '../channel.ts';
import type { AuthorizationRequest, CodeExchange, Grant, HeldGrant } from '../connector.ts';
import { appCredentials, codeParameters, consentQuery, refreshParameters } from '../oauth.ts';
import { type MicrosoftDependencies, microsoftGraph } from './graph.ts';

const asked = askedScopes('microsoft_mail', 'oauth');

/** The URL of Microsoft's consent page; only work and school accounts get through where the directory says so. */
export function consentUrl({ http, app }: MicrosoftDependencies, request: AuthorizationRequest): string {
  const url = http.webUrl('microsoft_mail', `/${encodeURIComponent(app.directory)}/oauth2/v2.0/authorize`);
  url.search = new URLSearchParams({
    ...consentQuery(appCredentials('microsoft_mail', app), asked, request),
    response_mode: 'query',
    prompt: 'select_account',
  }).toString();
  return url.href;
}

export function exchangeCode(
  dependencies: MicrosoftDependencies,
  request: CodeExchange,
  options: CallOptions = {},
): Promise<Grant> {
  return tokens(dependencies, codeParameters(request), null, options);
}

/** A new access token, and a new refresh token for the next 90 days; the old one stays good for the rest of its own. */
export async function refreshGrant(
  dependencies: MicrosoftDependencies,
  held: HeldGrant,
  options: CallOptions = {},
): Promise<Grant> {
  return tokens(dependencies, refreshParameters('microsoft_mail', held), held, options);
}

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number(),
  refresh_token: z.string().optional(),
  scope: z.string().optional(),
});

async function tokens(
  dependencies: MicrosoftDependencies,
  parameters: Readonly<Record<string, string>>,
  earlier: Pick<Grant, 'refreshToken' | 'scopes'> | null,
  options: CallOptions,
): Promise<Grant> {
  const { app, clock } = dependencies;
  const token = await microsoftGraph(dependencies)(
    {
      method: 'POST',
      target: { base: 'web', path: `/${encodeURIComponent(app.directory)}/oauth2/v2.0/token` },
      body: { form: { ...parameters, ...appCredentials('microsoft_mail', app), scope: asked.join(' ') } },
      accessToken: null,
      // Codes can be used once.
      repeat: 'never',
      answer: tokenAnswer,
    },
    options,
  );
  const refreshToken = token.refresh_token ?? earlier?.refreshToken ?? null;
  return {
    accessToken: token.access_token,
    refreshToken,
    expiresAt: clock() + token.expires_in * 1_000,
    // Each refresh brings another 90 days: as long as we refresh, nobody is asked again.
    consentExpiresAt: null,
    scopes: token.scope === undefined ? (earlier?.scopes ?? null) : scopesIn(token.scope, refreshToken),
  };
}

const graphPrefix = 'https://graph.microsoft.com/';

/** Graph's permissions come with or without its address; `offline_access` is never told, a refresh token proves it. */
function scopesIn(told: string, refreshToken: string | null): readonly string[] {
  const scopes = told
    .split(' ')
    .filter((scope) => scope !== '')
    .map((scope) => (scope.startsWith(graphPrefix) ? scope.slice(graphPrefix.length) : scope));
  return refreshToken === null ? scopes : [...new Set([...scopes, 'offline_access'])];
}
