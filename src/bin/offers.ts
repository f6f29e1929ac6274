import type { Offers } from '../api/connections/offers.ts';
import { isConfigured } from '../channels/configured.ts';
import type { Apps, Connectors } from '../channels/registry.ts';

/** Tells the API what can be connected here, and how. */
export function offersOf(connectors: Connectors, apps: Apps): Offers {
  return (network, kind) => {
    const connector = connectors(network, kind);
    if (connector === null) return null;
    return {
      way: connector.way,
      configured: isConfigured(apps, network, kind),
      revocable: connector.revoke !== null,
    };
  };
}
