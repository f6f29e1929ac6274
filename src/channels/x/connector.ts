import type { ConsentConnector } from '../connector.ts';
import { adminOf, grantedAccount, probeAccount } from './account.ts';
import { xApi, type XDependencies } from './api.ts';
import { consentUrl, exchangeCode, giveBack, refreshGrant } from './consent.ts';
import { watchRevocations } from './watch.ts';

/** Accounts on X, each granted by whoever is signed in to it. */
export function xConnector(dependencies: XDependencies): ConsentConnector {
  const api = xApi(dependencies);
  return {
    network: 'x',
    kind: 'oauth',
    way: 'consent',
    pkce: true,
    authorizationUrl: (request) => consentUrl(dependencies, request),
    exchangeCode: (request, options) => exchangeCode(dependencies, request, options),
    adminProfile: (grant, options) => adminOf(api, grant, options),
    listPages: (grant, _named, options) => grantedAccount(api, grant, options),
    probe: (page, options) => probeAccount(api, page, options),
    // X names them with each new token, and nowhere else.
    grantedScopes: async () => null,
    refresh: (held, options) => refreshGrant(dependencies, held, options),
    revoke: (held, options) => giveBack(dependencies, held, options),
    watch: dependencies.app.appToken === null ? null : (_page, wish, options) => watchRevocations(api, wish, options),
  };
}
