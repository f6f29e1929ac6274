import type { ConsentConnector } from '../connector.ts';
import { consentUrl, exchangeCode, refreshGrant } from './consent.ts';
import { memberOf } from './member.ts';
import { grantedOrganisations, probeOrganisation } from './organisations.ts';
import { type LinkedinDependencies, linkedinRest } from './rest.ts';

/** LinkedIn organisation pages, granted by a member who administers them. */
export function linkedinConnector(dependencies: LinkedinDependencies): ConsentConnector {
  const rest = linkedinRest(dependencies);
  return {
    network: 'linkedin',
    kind: 'oauth',
    way: 'consent',
    pkce: false,
    authorizationUrl: (request) => consentUrl(dependencies, request),
    exchangeCode: (request, options) => exchangeCode(dependencies, request, options),
    adminProfile: (grant, options) => memberOf(rest, grant, options),
    listPages: (grant, _named, options) => grantedOrganisations(rest, grant, options),
    probe: (page, options) => probeOrganisation(rest, page, options),
    grantedScopes: async () => null,
    refresh: (held, options) => refreshGrant(dependencies, held, options),
    revoke: null,
    watch: null,
  };
}
