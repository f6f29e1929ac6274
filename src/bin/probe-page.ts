import type { Probe, ProbeOutcome } from '../api/connections/probe.ts';
import { ChannelError } from '../channels/channel.ts';
import type { Connectors } from '../channels/registry.ts';
import type { ProviderWords } from '../domain/connection-health.ts';

/** Lets the API ask the networks for a page. */
export function probeWith(connectors: Connectors): Probe {
  return async ({ network, kind, ...page }, signal) => {
    const connector = connectors(network, kind);
    if (connector === null) throw new Error(`${network} cannot be connected by ${kind}`);
    try {
      await connector.probe(page, { signal });
      return { kind: 'works' };
    } catch (error) {
      if (error instanceof ChannelError) return outcomeOf(error);
      throw error;
    }
  };
}

/** What the network said with an error. */
export function wordsOf({ provider }: ChannelError): ProviderWords {
  return {
    providerStatus: provider?.status ?? null,
    providerCode: provider?.code ?? null,
    providerMessage: provider?.message ?? null,
  };
}

function outcomeOf(error: ChannelError): ProbeOutcome {
  const { grantProblem } = error;
  const words = wordsOf(error);
  return grantProblem === null
    ? { kind: 'trouble', ...words }
    : { kind: 'grant_refused', problem: grantProblem, ...words };
}
