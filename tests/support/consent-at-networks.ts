import { answerConsentPage, type ConsentAnswer } from '../../dev/consent.ts';
import type { Credentials } from '../../src/channels/connector.ts';
import type { GrantKind } from '../../src/domain/grant.ts';
import type { ConnectionId } from '../../src/domain/ids.ts';
import type { Network } from '../../src/domain/network.ts';
import type { CallAnswer } from './api.ts';
import { begin, choose, shown } from './consent-flow.ts';
import { callRunning } from './running-api.ts';
import type { TenantApi } from './tenant-api.ts';

/** What a person does to grant something by one of the ways of a network. */
export interface WayToNetwork {
  readonly network: Network;
  readonly kind: GrantKind;
  /** On the network's consent page; absent where keys are handed over. */
  readonly consent?: ConsentAnswer;
  readonly credentials?: Credentials;
  readonly named?: readonly string[];
}

/** Goes to the network, consents and comes back to the API program; then, or with keys at once, there is a choice. */
export async function grantAt(own: TenantApi, way: WayToNetwork): Promise<CallAnswer['body']> {
  const { network, kind, credentials, named = [], consent } = way;
  if (credentials !== undefined) {
    const json = { network, kind, credentials, named };
    return (await own.as('giulia', 'POST', '/v1/connections/authorizations', json)).body;
  }
  const flow = await begin(own, { network, kind, named });
  const landed = await land(await answerConsentPage(flow.authorizationUrl.href, consent));
  if (landed.status !== 200 || !String(landed.body).includes(`"authorizationId":"${flow.id}"`)) {
    throw new Error(`the page at which people come back was answered ${landed.status}: ${landed.body}`);
  }
  return shown(own, flow);
}

/** A browser follows the network's redirect to the API program; nobody is logged in there. */
export function land(back: URL): Promise<CallAnswer> {
  return callRunning(back.pathname + back.search, { as: null });
}

/** All the way to a connection of the page. */
export async function connectAt(own: TenantApi, way: WayToNetwork, externalId: string): Promise<ConnectionId> {
  const choice = await grantAt(own, way);
  const { status, body } = await choose(own, choice, [externalId]);
  if (status !== 200) throw new Error(`the selection was answered ${status}: ${JSON.stringify([body, choice])}`);
  return body.pages.find((page: { externalId: string }) => page.externalId === externalId).connectionId;
}
