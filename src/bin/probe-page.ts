import type { Probe, ProbeOutcome } from '../api/connections/probe.ts';
import { ChannelError } from '../channels/channel.ts';
import type { Channels } from '../channels/registry.ts';

/** Lets the API ask the networks for a page. */
export function probeWith(channels: Channels): Probe {
  return async ({ network, externalId, accessToken }, signal) => {
    try {
      await channels[network].probe({ externalId, accessToken }, { signal });
      return { kind: 'works' };
    } catch (error) {
      if (error instanceof ChannelError) return outcomeOf(error);
      throw error;
    }
  };
}

function outcomeOf({ grantProblem, provider }: ChannelError): ProbeOutcome {
  const words = {
    providerStatus: provider?.status ?? null,
    providerCode: provider?.code ?? null,
    providerMessage: provider?.message ?? null,
  };
  return grantProblem === null
    ? { kind: 'trouble', ...words }
    : { kind: 'grant_refused', problem: grantProblem, ...words };
}
