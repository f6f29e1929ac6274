import type { ConsentConnector } from '../connector.ts';
import { consentUrl, exchangeCode, refreshGrant, revokeGrant } from './consent.ts';
import { personOf, scopesOfToken } from './person.ts';
import { type GoogleDependencies, type GoogleNetwork, googleRest } from './rest.ts';

/** What all networks of Google have in common when a person grants them. */
export function googleConsent(
  network: GoogleNetwork,
  dependencies: GoogleDependencies,
): Omit<ConsentConnector, 'listPages' | 'probe' | 'watch'> {
  const rest = googleRest(network, dependencies);
  return {
    network,
    kind: 'oauth',
    way: 'consent',
    pkce: true,
    authorizationUrl: (request) => consentUrl(dependencies, network, request),
    exchangeCode: (request, options) => exchangeCode(dependencies, network, request, options),
    adminProfile: (grant, options) => personOf(rest, grant, options),
    grantedScopes: (page, options) => scopesOfToken(rest, page, options),
    refresh: (held, options) => refreshGrant(dependencies, network, held, options),
    revoke: (held, options) => revokeGrant(dependencies, network, held, options),
  };
}
