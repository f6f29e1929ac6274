import { z } from 'zod';
import { askedScopes } from '../../domain/grant-scopes.ts';
import type { CallOptions } from '../channel.ts';
import type { AuthorizationRequest, CodeExchange, Grant } from '../connector.ts';
import { appCredentials, consentQuery } from '../oauth.ts';
import { graphApi, type MetaDependencies } from './graph.ts';
import { grantedPermissions } from './person.ts';

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().optional() });

/** The URL of Facebook's consent dialog, through which Instagram business accounts are granted too. */
export function consentUrl(
  { http, app }: MetaDependencies,
  network: 'facebook' | 'instagram',
  request: AuthorizationRequest,
): string {
  const url = http.webUrl(network, `/${app.graphVersion}/dialog/oauth`);
  url.search = new URLSearchParams({
    ...consentQuery(appCredentials(network, app), askedScopes(network, 'facebook_login'), request, { between: ',' }),
    // Whoever took a permission back is asked for it again.
    auth_type: 'rerequest',
  }).toString();
  return url.href;
}

/** Exchanges a code for a long-lived user token (60 days), with the permissions that the person really gave. */
export async function exchangeForLongLived(
  dependencies: MetaDependencies,
  network: 'facebook' | 'instagram',
  request: CodeExchange,
  options: CallOptions = {},
): Promise<Grant> {
  const graph = graphApi(network, dependencies);
  const credentials = appCredentials(network, dependencies.app);
  const token = (parameters: Record<string, string>, repeat: 'harmless' | 'never') =>
    graph.call({
      method: 'GET',
      path: '/oauth/access_token',
      query: { ...credentials, ...parameters },
      accessToken: null,
      repeat,
      signal: options.signal,
      answer: tokenAnswer,
    });

  // A code can be used once.
  const short = await token({ redirect_uri: request.redirectUri, code: request.code }, 'never');
  const long = await token({ grant_type: 'fb_exchange_token', fb_exchange_token: short.access_token }, 'harmless');
  return {
    accessToken: long.access_token,
    refreshToken: null,
    // A page's token, made from it, does not expire; the consent behind it does (data access, 90 days).
    expiresAt: long.expires_in === undefined ? null : dependencies.clock() + long.expires_in * 1_000,
    consentExpiresAt: dependencies.clock() + dataAccessMs,
    scopes: await grantedPermissions(graph, long.access_token, options),
  };
}

const dataAccessMs = 90 * 24 * 60 * 60_000;
