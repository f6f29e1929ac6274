import type { ConsentConnector } from '../connector.ts';
import { graphApi, type MetaDependencies } from '../meta/graph.ts';
import { revokeBusinessToken } from '../meta/revoke.ts';
import { currentPermissions } from '../meta/token-facts.ts';
import { businessUserOf } from './business-user.ts';
import { consentUrl, exchangeForBusinessToken } from './consent.ts';
import { grantedNumbers, numberProfile } from './numbers.ts';
import { subscribeToAccount } from './subscribe.ts';

/** Numbers of the WhatsApp Cloud API, granted by a business through Embedded Signup. */
export function whatsappConnector(dependencies: MetaDependencies): ConsentConnector {
  const graph = graphApi('whatsapp', dependencies);
  const asked = { app: dependencies.app, network: 'whatsapp' };
  return {
    network: 'whatsapp',
    kind: 'embedded_signup',
    way: 'consent',
    pkce: false,
    authorizationUrl: (request) => consentUrl(dependencies, request),
    exchangeCode: (request, options) => exchangeForBusinessToken(dependencies, request, options),
    adminProfile: (grant, options) => businessUserOf(graph, grant, options),
    listPages: (grant, _named, options) => grantedNumbers(graph, dependencies.app, grant, options),
    probe: (page, options) => numberProfile(graph, page, options),
    grantedScopes: (page, options) => currentPermissions(graph, asked, page.accessToken, options),
    // A business token lives until it is taken back; one that does not needs the business again.
    refresh: null,
    revoke: (held, options) => revokeBusinessToken(graph, asked, held, options),
    watch: (page, _wish, options) => subscribeToAccount(graph, page, options),
  };
}
