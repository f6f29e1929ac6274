import type { GrantDesk, GrantOutcome, Way } from '../api/connections/grant-desk.ts';
import { ChannelError } from '../channels/channel.ts';
import type { Connector, ConsentConnector, CredentialConnector, Grant } from '../channels/connector.ts';
import { isConfigured } from '../channels/configured.ts';
import { wordsOf } from '../channels/provider-words.ts';
import type { Apps, Connectors } from '../channels/registry.ts';

/** Lets the API connect pages through the connectors of the networks. */
export function grantDeskWith(connectors: Connectors, apps: Apps): GrantDesk {
  const consenting = (way: Way): ConsentConnector => {
    const connector = connectors(way.network, way.kind);
    if (connector?.way !== 'consent') throw new Error(`${way.network} has no consent page for ${way.kind}`);
    return connector;
  };
  const admitting = (way: Way): CredentialConnector => {
    const connector = connectors(way.network, way.kind);
    if (connector?.way !== 'credentials') throw new Error(`${way.network} takes no keys for ${way.kind}`);
    return connector;
  };
  return {
    offer: (network, kind) => {
      const connector = connectors(network, kind);
      if (connector === null) return null;
      return {
        way: connector.way,
        pkce: connector.way === 'consent' && connector.pkce,
        refreshes: connector.refresh !== null,
        watches: connector.watch !== null,
        revocable: connector.revoke !== null,
        configured: isConfigured(apps, network, kind),
      };
    },
    consentUrl: (way, request) => {
      try {
        return consenting(way).authorizationUrl(request);
      } catch (error) {
        // Nothing is asked of the network for this: all that can be wrong is the configuration.
        if (error instanceof ChannelError) return null;
        throw error;
      }
    },
    redeem: (way, { named, ...request }, signal) => {
      const connector = consenting(way);
      return outcomeOf(() => reach(connector, () => connector.exchangeCode(request, { signal }), named, signal));
    },
    admit: (way, { named, credentials }, signal) => {
      const connector = admitting(way);
      return outcomeOf(() => reach(connector, () => connector.admit(credentials, { signal }), named, signal));
    },
  };
}

async function reach(
  connector: Connector,
  obtain: () => Promise<Grant>,
  named: readonly string[],
  signal: AbortSignal,
): Promise<GrantOutcome> {
  const grant = await obtain();
  const [profile, pages] = await Promise.all([
    connector.adminProfile(grant, { signal }),
    connector.listPages(grant, named, { signal }),
  ]);
  return { kind: 'granted', grant, profile, pages };
}

async function outcomeOf(work: () => Promise<GrantOutcome>): Promise<GrantOutcome> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    return { kind: isTrouble(error) ? 'trouble' : 'refused', ...wordsOf(error) };
  }
}

/** Whether the network, not the request, is at fault. What never left and is not to be repeated is a refusal of ours. */
function isTrouble(error: ChannelError): boolean {
  if (error.class === 'retry_later') return true;
  const status = error.provider?.status ?? null;
  return status === null ? error.mayHaveActed : status >= 500;
}
