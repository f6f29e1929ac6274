import type { Connector, ConsentConnector, CredentialConnector, Grant } from '../../src/channels/connector.ts';
import type { Connectors } from '../../src/channels/registry.ts';
import type { GrantKind } from '../../src/domain/grant.ts';
import type { Network } from '../../src/domain/network.ts';

/** The connector that a test is about; that there is one is part of the test. */
export function connectorOf(connectors: Connectors, network: Network, kind: GrantKind): Connector {
  const connector = connectors(network, kind);
  if (connector === null) throw new Error(`nothing connects ${network} by ${kind}`);
  return connector;
}

/** Likewise, one with a consent page. */
export function consentConnectorOf(connectors: Connectors, network: Network, kind: GrantKind): ConsentConnector {
  const connector = connectorOf(connectors, network, kind);
  if (connector.way !== 'consent') throw new Error(`${network} has no consent page`);
  return connector;
}

/** Likewise, one that takes keys. */
export function credentialConnectorOf(connectors: Connectors, network: Network, kind: GrantKind): CredentialConnector {
  const connector = connectorOf(connectors, network, kind);
  if (connector.way !== 'credentials') throw new Error(`${network} takes no keys`);
  return connector;
}

/** A grant of this token, with nothing else known. */
export function grantOf(accessToken: string, more: Partial<Grant> = {}): Grant {
  return { accessToken, refreshToken: null, expiresAt: null, consentExpiresAt: null, scopes: null, ...more };
}
