import { graph } from '../../../simulators/graph/network.ts';
import type { Settings } from '../../../simulators/kernel/settings.ts';
import type { Grant, HeldGrant } from '../../../src/channels/connector.ts';
import type { GrantKind } from '../../../src/domain/grant.ts';
import type { Network } from '../../../src/domain/network.ts';
import { held, type OneNetwork, oneNetwork } from './one-network.ts';

/** One of Meta's networks, as the simulator plays them all. */
export interface MetaNetwork extends OneNetwork {
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
  const one = await oneNetwork({ simulated: graph, network, kind }, settings);
  return {
    ...one,
    refuse: async (operation, fault) => {
      await one.control('/faults', { json: { match: { operation }, action: 'status', times: null, ...fault } });
    },
    asked: async (operation) => (await one.control(`/requests?operation=${operation}`)).body.length,
  };
}

/** The first page of a grant that can be connected, held. */
export async function firstHeld({ connector }: MetaNetwork, grant: Grant): Promise<HeldGrant> {
  const page = (await connector.listPages(grant, [])).find(({ refusal }) => refusal === null);
  if (page === undefined) throw new Error('the grant reaches nothing that can be connected');
  return held(grant, page);
}

/** What Meta says to a token whose person has removed the app, and what that means. */
export const appRemoved = {
  said: {
    status: 401,
    code: '190/458',
    message: 'Error validating access token: The user has not authorized application 700000000000001.',
  },
  meaning: { class: 'disconnected', grantProblem: 'gone' },
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
