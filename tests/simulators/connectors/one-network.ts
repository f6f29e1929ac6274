import { createHash, randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { answerConsentPage, type ConsentAnswer } from '../../../dev/consent.ts';
import type { Settings } from '../../../simulators/kernel/settings.ts';
import {
  type Network as SimulatedNetwork,
  type Simulator,
  startSimulator,
} from '../../../simulators/kernel/simulator.ts';
import { ChannelError } from '../../../src/channels/channel.ts';
import type { ConsentConnector, Grant, GrantedPage, HeldGrant } from '../../../src/channels/connector.ts';
import { channelHttp, usualHttpSettings } from '../../../src/channels/http.ts';
import { hostsFor } from '../../../src/channels/http/hosts.ts';
import { connectorRegistry } from '../../../src/channels/registry.ts';
import type { GrantKind } from '../../../src/domain/grant.ts';
import type { Network } from '../../../src/domain/network.ts';
import { seedApps } from '../../support/apps.ts';
import { consentConnectorOf } from '../../support/connectors.ts';
import { type Reply, send, type Sent } from '../support/http.ts';
import { temporaryFolder } from '../support/simulator.ts';

export const redirectUri = 'http://localhost:9/v1/connections/authorizations/callback';

/** One simulated network, the connector that speaks to it, and people who consent. */
export interface OneNetwork {
  readonly simulator: Simulator;
  readonly connector: ConsentConnector;
  /** Sends a person through the consent page; the query with which they come back. */
  readonly visit: (answer?: ConsentAnswer, change?: (url: URL) => void) => Promise<URLSearchParams>;
  /** The same, up to the grant. */
  readonly consent: (answer?: ConsentAnswer, change?: (url: URL) => void) => Promise<Grant>;
  readonly exchange: (code: string, change?: { redirectUri?: string; codeVerifier?: string }) => Promise<Grant>;
  readonly control: (path: string, sent?: Sent) => Promise<Reply>;
}

export async function oneNetwork(
  { simulated, network, kind }: { simulated: SimulatedNetwork; network: Network; kind: GrantKind },
  settings: Partial<Settings> = {},
): Promise<OneNetwork> {
  const folder = await temporaryFolder();
  const simulator = await startSimulator(simulated, { folder, port: 0, settings });
  const connector = connectorAt(simulator.url, network, kind);
  onTestFinished(simulator.close);
  const codeVerifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');

  const visit: OneNetwork['visit'] = async (answer, change) => {
    const request = { redirectUri, state: 'state-of-the-test', codeChallenge: connector.pkce ? codeChallenge : null };
    const url = new URL(connector.authorizationUrl(request));
    change?.(url);
    return (await answerConsentPage(url.href, answer)).searchParams;
  };
  const exchange: OneNetwork['exchange'] = (code, change) =>
    connector.exchangeCode({ redirectUri, code, codeVerifier: connector.pkce ? codeVerifier : null, ...change });
  return {
    simulator,
    connector,
    visit,
    exchange,
    consent: async (answer, change) => exchange((await visit(answer, change)).get('code') ?? ''),
    control: async (path, sent) => {
      const reply = await send(`${simulator.control}${path}`, sent);
      if (reply.status >= 400) throw new Error(`the control API answered ${reply.status} to ${path}`);
      return reply;
    },
  };
}

/** The connector of a network whose every part is played by the server at `url`. */
export function connectorAt(url: string, network: Network, kind: GrantKind): ConsentConnector {
  const http = channelHttp({
    ...usualHttpSettings,
    hosts: hostsFor({ [network]: url }),
    limits: { ...usualHttpSettings.limits, allowPrivateTargets: true },
    retry: { ...usualHttpSettings.retry, baseWaitMs: 1 },
    clock: Date.now,
  });
  onTestFinished(() => http.close());
  return consentConnectorOf(connectorRegistry({ http, clock: Date.now, apps: seedApps }), network, kind);
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

/** New tokens for a grant, of a network that has refresh tokens. */
export async function renewed(connector: ConsentConnector, grant: HeldGrant): Promise<Grant> {
  if (connector.refresh === null) throw new Error(`${connector.network} has no refresh tokens`);
  return connector.refresh(grant);
}

/** The error of a call that a network refuses: its own words, and what we make of them. */
export async function refusalOf(promise: Promise<unknown>): Promise<{
  readonly said: ChannelError['provider'];
  readonly meaning: { readonly class: ChannelError['class']; readonly grantProblem: ChannelError['grantProblem'] };
  readonly error: ChannelError;
}> {
  const error: unknown = await promise.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ChannelError)) throw error;
  return { said: error.provider, meaning: { class: error.class, grantProblem: error.grantProblem }, error };
}
