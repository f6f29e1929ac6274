import { createHash, randomBytes } from 'node:crypto';
import { answerConsentPage, type ConsentAnswer } from '../../../dev/consent.ts';
import type { Settings } from '../../../simulators/kernel/settings.ts';
import type { Network as SimulatedNetwork, Simulator } from '../../../simulators/kernel/simulator.ts';
import type { ChannelError } from '../../../src/channels/channel.ts';
import type { ConsentConnector, Grant, GrantedPage, HeldGrant } from '../../../src/channels/connector.ts';
import type { GrantKind } from '../../../src/domain/grant.ts';
import type { Network } from '../../../src/domain/network.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import { consentConnectorOf } from '../../support/connectors.ts';
import { everyNetworkAt, type NetworksElsewhere, networksAt } from '../../support/networks-at.ts';
import { type Control, controlOf, startSimulated } from '../support/simulator.ts';

export const redirectUri = 'http://localhost:9/v1/connections/authorizations/callback';

/** A simulator of a test's own, and the channels and connectors that speak to it. */
export interface Simulation extends NetworksElsewhere {
  readonly simulator: Simulator;
  readonly control: Control;
}

export async function simulate(simulated: SimulatedNetwork, settings: Partial<Settings> = {}): Promise<Simulation> {
  const simulator = await startSimulated(simulated, settings);
  return { simulator, control: controlOf(simulator), ...networksAt(everyNetworkAt(simulator.url)) };
}

/** One simulated network, the connector that speaks to it, and people who consent. */
export interface OneNetwork extends Simulation {
  readonly connector: ConsentConnector;
  /** Sends a person through the consent page; the query with which they come back. */
  readonly visit: (answer?: ConsentAnswer, change?: (url: URL) => void) => Promise<URLSearchParams>;
  /** The same, up to the grant. */
  readonly consent: (answer?: ConsentAnswer, change?: (url: URL) => void) => Promise<Grant>;
  readonly exchange: (code: string, change?: { redirectUri?: string; codeVerifier?: string }) => Promise<Grant>;
}

export async function oneNetwork(
  { simulated, network, kind }: { simulated: SimulatedNetwork; network: Network; kind: GrantKind },
  settings: Partial<Settings> = {},
): Promise<OneNetwork> {
  const all = await simulate(simulated, settings);
  const connector = consentConnectorOf(all.connectors, network, kind);
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
  const consent: OneNetwork['consent'] = async (answer, change) =>
    exchange((await visit(answer, change)).get('code') ?? '');
  return { ...all, connector, visit, exchange, consent };
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

/** A call that a network refuses: its own words, and what we make of them. */
export interface Refusal extends Pick<ChannelError, 'missingScopes' | 'retryAfterMs' | 'mayHaveActed'> {
  readonly said: ChannelError['provider'];
  readonly meaning: Pick<ChannelError, 'class' | 'grantProblem'>;
}

export async function refusalOf(promise: Promise<unknown> | undefined): Promise<Refusal> {
  const error = await channelErrorOf(promise);
  const { provider: said, class: errorClass, grantProblem, missingScopes, retryAfterMs, mayHaveActed } = error;
  return { said, meaning: { class: errorClass, grantProblem }, missingScopes, retryAfterMs, mayHaveActed };
}
