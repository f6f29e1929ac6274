import { onTestFinished } from 'vitest';
import { answerConsentPage, type ConsentAnswer } from '../../../dev/consent.ts';
import type { Settings } from '../../../simulators/kernel/settings.ts';
import type { Simulator } from '../../../simulators/kernel/simulator.ts';
import { ChannelError } from '../../../src/channels/channel.ts';
import type { ConsentConnector, Grant, GrantedPage, HeldGrant } from '../../../src/channels/connector.ts';
import { channelHttp, usualHttpSettings } from '../../../src/channels/http.ts';
import { hostsFor } from '../../../src/channels/http/hosts.ts';
import { channelRegistry, type Channels, connectorRegistry } from '../../../src/channels/registry.ts';
import type { GrantKind } from '../../../src/domain/grant.ts';
import type { Network } from '../../../src/domain/network.ts';
import { seedApps } from '../../support/apps.ts';
import { consentConnectorOf } from '../../support/connectors.ts';
import { type Json, send } from '../support/http.ts';
import { startGraph } from '../support/simulator.ts';

export const redirectUri = 'http://localhost:9/v1/connections/authorizations/callback';

/** Meta's networks as one simulator plays them, a connector that speaks to it, and people who consent. */
export interface MetaNetwork {
  readonly simulator: Simulator;
  readonly connector: ConsentConnector;
  readonly channels: Channels;
  /** Sends a person through the consent page; the query with which they come back. */
  readonly visit: (answer?: ConsentAnswer) => Promise<URLSearchParams>;
  readonly exchange: (code: string, redirect?: string) => Promise<Grant>;
  /** Both, up to the grant. */
  readonly consent: (answer?: ConsentAnswer) => Promise<Grant>;
  readonly control: (path: string, json?: unknown) => Promise<Json>;
  /** Has the next requests of an operation answered in the network's own words, without an effect. */
  readonly refuse: (operation: string, fault: { status: number; body?: unknown; headers?: object }) => Promise<void>;
  /** How often an operation was asked for. */
  readonly asked: (operation: string) => Promise<number>;
}

export async function metaNetwork(
  network: Network,
  kind: GrantKind,
  settings: Partial<Settings> = {},
): Promise<MetaNetwork> {
  const simulator = await startGraph(settings);
  const { url } = simulator;
  const http = channelHttp({
    ...usualHttpSettings,
    hosts: hostsFor({ facebook: url, instagram: url, instagram_login: url, whatsapp: url }),
    limits: { ...usualHttpSettings.limits, allowPrivateTargets: true },
    retry: { ...usualHttpSettings.retry, baseWaitMs: 1 },
    clock: Date.now,
  });
  onTestFinished(() => http.close());
  const dependencies = { http, clock: Date.now, apps: seedApps };
  const connector = consentConnectorOf(connectorRegistry(dependencies), network, kind);

  const visit: MetaNetwork['visit'] = async (answer) => {
    const request = { redirectUri, state: 'state-of-the-test', codeChallenge: null };
    return (await answerConsentPage(connector.authorizationUrl(request), answer)).searchParams;
  };
  const exchange: MetaNetwork['exchange'] = (code, redirect = redirectUri) =>
    connector.exchangeCode({ redirectUri: redirect, code, codeVerifier: null });
  const control: MetaNetwork['control'] = async (path, json) => {
    const reply = await send(`${simulator.control}${path}`, json === undefined ? {} : { json });
    if (reply.status >= 400) throw new Error(`the control API answered ${reply.status} to ${path}`);
    return reply.body;
  };
  return {
    simulator,
    connector,
    channels: channelRegistry(dependencies),
    visit,
    exchange,
    consent: async (answer) => exchange((await visit(answer)).get('code') ?? ''),
    control,
    refuse: async (operation, fault) => {
      await control('/faults', { match: { operation }, action: 'status', times: null, ...fault });
    },
    asked: async (operation) => (await control(`/requests?operation=${operation}`)).length,
  };
}

/** A page that a grant reaches, with all that is kept of the grant. */
export function held(grant: Grant, page: Pick<GrantedPage, 'externalId' | 'details' | 'accessToken'>): HeldGrant {
  return {
    externalId: page.externalId,
    accessToken: page.accessToken ?? grant.accessToken,
    details: page.details,
    refreshToken: grant.refreshToken,
    scopes: grant.scopes,
  };
}

/** The first page of a grant that can be connected, held. */
export async function firstHeld({ connector }: MetaNetwork, grant: Grant): Promise<HeldGrant> {
  const page = (await connector.listPages(grant, [])).find(({ refusal }) => refusal === null);
  if (page === undefined) throw new Error('the grant reaches nothing that can be connected');
  return held(grant, page);
}

/** What a network said when it refused, and what we make of it. */
export interface Refusal {
  readonly said: ChannelError['provider'];
  readonly class: ChannelError['class'];
  readonly grantProblem: ChannelError['grantProblem'];
  readonly missingScopes: readonly string[];
  readonly retryAfterMs: number | null;
}

export async function refusalOf(promise: Promise<unknown> | undefined): Promise<Refusal> {
  const error: unknown = await Promise.resolve(promise).then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ChannelError)) throw error;
  const { provider: said, grantProblem, missingScopes, retryAfterMs } = error;
  return { said, class: error.class, grantProblem, missingScopes, retryAfterMs };
}

/** What Meta says to a token whose person has removed the app, and what that means. */
export const appRemoved = {
  said: {
    status: 401,
    code: '190/458',
    message: 'Error validating access token: The user has not authorized application 700000000000001.',
  },
  class: 'disconnected',
  grantProblem: 'gone',
};

/** What Meta says when it asks for a pause, with the minutes in a header of its own; and when it is in trouble. */
export const pause = (code: number, message: string, account: string) => ({
  status: 400,
  body: { error: { message, type: 'OAuthException', code, fbtrace_id: 'A' } },
  headers: {
    'x-business-use-case-usage': JSON.stringify({ [account]: [{ type: 'pages', estimated_time_to_regain_access: 7 }] }),
  },
});
export const trouble = (code: 1 | 2, message: string) => ({
  status: 500,
  body: { error: { message, type: 'OAuthException', code, is_transient: true, fbtrace_id: 'A' } },
});
