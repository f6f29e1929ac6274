import { z } from 'zod';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { AuthorizationRequest, CodeExchange, Grant } from '../connector.ts';
import { graphApi, type MetaDependencies } from '../meta/graph.ts';
import { tokenFacts } from '../meta/token-facts.ts';
import { appCredentials } from '../oauth.ts';

/**
 * The URL of Embedded Signup, in which a business picks or makes accounts and numbers. Which permissions it asks for
 * stands in its configuration at Meta.
 */
export function consentUrl({ http, app }: MetaDependencies, request: AuthorizationRequest): string {
  const url = http.webUrl('whatsapp', `/${app.graphVersion}/dialog/oauth`);
  url.search = new URLSearchParams({
    client_id: appCredentials('whatsapp', app).client_id,
    config_id: configurationOf(app.whatsappConfigId),
    redirect_uri: request.redirectUri,
    state: request.state,
    response_type: 'code',
    // Else the dialog would return a token, in the fragment.
    override_default_response_type: 'true',
    extras: JSON.stringify({ setup: {}, sessionInfoVersion: '3' }),
  }).toString();
  return url.href;
}

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().optional() });

/** Exchanges a code, within its 30 seconds, for the token of the business. */
export async function exchangeForBusinessToken(
  dependencies: MetaDependencies,
  request: CodeExchange,
  options: CallOptions = {},
): Promise<Grant> {
  const { clock, app } = dependencies;
  const graph = graphApi('whatsapp', dependencies);
  const token = await graph.call({
    method: 'GET',
    path: '/oauth/access_token',
    query: { ...appCredentials('whatsapp', app), redirect_uri: request.redirectUri, code: request.code },
    accessToken: null,
    // A code can be used once.
    repeat: 'never',
    signal: options.signal,
    answer: tokenAnswer,
  });
  const facts = await tokenFacts(graph, app, token.access_token, options);
  return {
    accessToken: token.access_token,
    refreshToken: null,
    expiresAt: token.expires_in === undefined ? null : clock() + token.expires_in * 1_000,
    consentExpiresAt: null,
    scopes: facts?.scopes ?? null,
  };
}

function configurationOf(configId: string | null): string {
  if (configId !== null) return configId;
  throw new ChannelError('whatsapp cannot be connected: no Embedded Signup configuration is set.', {
    class: 'unknown',
    mayHaveActed: false,
  });
}
