import { z } from 'zod';
import type { Network } from '../../domain/network.ts';
import {
  type AuthorisationRequest,
  type CallOptions,
  ChannelError,
  type CodeExchange,
  type Grant,
} from '../channel.ts';
import { graphApi, type MetaApp, type MetaDependencies } from './graph.ts';

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().optional() });
const permissionsAnswer = z.object({ data: z.array(z.object({ permission: z.string(), status: z.string() })) });

/** The URL of Facebook's consent dialog, through which Instagram business accounts are granted too. */
export function consentUrl(
  { http, app }: MetaDependencies,
  network: Network,
  scopes: readonly string[],
  request: AuthorisationRequest,
): string {
  const url = http.webUrl(network, `/${app.graphVersion}/dialog/oauth`);
  url.search = new URLSearchParams({
    client_id: credentials(network, app).id,
    redirect_uri: request.redirectUri,
    state: request.state,
    response_type: 'code',
    scope: scopes.join(','),
  }).toString();
  return url.href;
}

/** Exchanges a code for a long-lived user token (60 days), with the permissions that the person really gave. */
export async function exchangeForLongLived(
  dependencies: MetaDependencies,
  network: Network,
  request: CodeExchange,
  options: CallOptions = {},
): Promise<Grant> {
  const graph = graphApi(network, dependencies);
  const { id, secret } = credentials(network, dependencies.app);
  const token = (parameters: Record<string, string>, repeat: 'harmless' | 'never') =>
    graph.call({
      method: 'GET',
      path: '/oauth/access_token',
      query: { client_id: id, client_secret: secret, ...parameters },
      accessToken: null,
      repeat,
      signal: options.signal,
      answer: tokenAnswer,
    });

  // A code can be used once.
  const short = await token({ redirect_uri: request.redirectUri, code: request.code }, 'never');
  const long = await token({ grant_type: 'fb_exchange_token', fb_exchange_token: short.access_token }, 'harmless');
  const { data } = await graph.call({
    method: 'GET',
    path: '/me/permissions',
    accessToken: long.access_token,
    repeat: 'harmless',
    signal: options.signal,
    answer: permissionsAnswer,
  });
  return {
    accessToken: long.access_token,
    refreshToken: null,
    expiresAt: long.expires_in === undefined ? null : dependencies.clock() + long.expires_in * 1_000,
    scopes: data.filter(({ status }) => status === 'granted').map(({ permission }) => permission),
  };
}

/** Meta has no refresh tokens: what lapsed needs a person. */
export function cannotRefresh(network: Network): ChannelError {
  return new ChannelError(`${network} has no refresh tokens: a person must consent again.`, {
    class: 'disconnected',
    mayHaveActed: false,
    grantProblem: 'gone',
  });
}

function credentials(network: Network, app: MetaApp): { id: string; secret: string } {
  if (app.id !== null && app.secret !== null) return { id: app.id, secret: app.secret };
  throw new ChannelError(`${network} cannot be connected: no app id and secret are configured.`, {
    class: 'unknown',
    mayHaveActed: false,
  });
}
