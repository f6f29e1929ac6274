import { hasLapsed } from '../activities/renewed-access.ts';
import type { GrantRefused, NetworkTrouble, Probe } from '../api/connections/probe.ts';
import { ChannelError } from '../channels/channel.ts';
import { wordsOf } from '../channels/provider-words.ts';
import type { Connectors } from '../channels/registry.ts';

/** Lets the API ask the networks for a page. */
export function probeWith(connectors: Connectors): Probe {
  return async ({ network, kind, ...page }, signal) => {
    const connector = connectors(network, kind);
    if (connector === null) throw new Error(`${network} cannot be connected by ${kind}`);
    try {
      await connector.probe(page, { signal });
      return { kind: 'works' };
    } catch (error) {
      if (error instanceof ChannelError) return refusalOrTrouble(error);
      throw error;
    }
  };
}

/** What an error that is not about content means for the connection. */
export function refusalOrTrouble(error: ChannelError): GrantRefused | NetworkTrouble {
  const { grantProblem, missingScopes: missing, retryAfterMs } = error;
  const words = wordsOf(error);
  if (grantProblem === null) return { kind: 'trouble', retryAfterMs, ...words };
  return { kind: 'grant_refused', problem: grantProblem, missing, lapsed: hasLapsed(error), ...words };
}
