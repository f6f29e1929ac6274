import type { ConsentConnector } from '../connector.ts';
import { consentUrl, exchangeCode, refreshGrant } from './consent.ts';
import { giveBack, introspectedScopes } from './granted.ts';
import { memberOf, personalProfile } from './member.ts';
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
    listPages: async (grant, _named, options) => [
      ...(await grantedOrganisations(rest, grant, options)),
      ...(await personalProfile(rest, grant, options)),
    ],
    probe: (page, options) => probeOrganisation(rest, page, options),
    grantedScopes: (page, options) => introspectedScopes(dependencies, page, options),
    refresh: (held, options) => refreshGrant(dependencies, held, options),
    revoke: (held, options) => giveBack(dependencies, held, options),
    watch: null,
  };
}
