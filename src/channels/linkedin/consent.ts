import { z } from 'zod';
import {
  type AuthorisationRequest,
  type CallOptions,
  ChannelError,
  type CodeExchange,
  type Grant,
} from '../channel.ts';
import { type LinkedinApp, type LinkedinDependencies, linkedinRest, understood } from './rest.ts';

export function consentUrl({ http, app }: LinkedinDependencies, request: AuthorisationRequest): string {
  const url = http.webUrl('linkedin', '/oauth/v2/authorization');
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: credentials(app).client_id,
    redirect_uri: request.redirectUri,
    state: request.state,
    scope: scopes.join(' '),
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
  grant: Grant,
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

const scopes = ['r_basicprofile', 'rw_organization_admin', 'r_organization_social', 'w_organization_social'];

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().optional(),
  refresh_token: z.string().optional(),
  scope: z.string().optional(),
});

async function tokens(
  dependencies: LinkedinDependencies,
  parameters: Record<string, string>,
  earlier: Grant | null,
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
  return {
    accessToken: token.access_token,
    refreshToken: token.refresh_token ?? earlier?.refreshToken ?? null,
    expiresAt: token.expires_in === undefined ? null : dependencies.clock() + token.expires_in * 1_000,
    scopes: token.scope?.split(/[\s,]+/).filter((scope) => scope !== '') ?? earlier?.scopes ?? [],
  };
}

function credentials(app: LinkedinApp): { client_id: string; client_secret: string } {
  if (app.id !== null && app.secret !== null) return { client_id: app.id, client_secret: app.secret };
  throw new ChannelError('linkedin cannot be connected: no client id and secret are configured.', {
    class: 'unknown',
    mayHaveActed: false,
  });
}
