import type { ChannelHttp } from '../http.ts';
import type { ConsentConnector } from '../connector.ts';
import { profileOf } from '../instagram/profile.ts';
import type { MetaApp } from '../meta/graph.ts';
import type { OauthApp } from '../oauth-app.ts';
import { accountOf, asGranted, asProfile } from './account.ts';
import { consentUrl, exchangeForLongLived, renewLongLived } from './consent.ts';
import { instagramLoginGraph } from './graph.ts';
import { subscribeToAccount } from './subscribe.ts';

export interface InstagramLoginDependencies {
  readonly http: ChannelHttp;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly app: OauthApp;
  readonly graphVersion: MetaApp['graphVersion'];
}

/** Instagram business and creator accounts, granted through Instagram's own login: no Facebook page is needed. */
export function instagramLoginConnector(dependencies: InstagramLoginDependencies): ConsentConnector {
  const graph = instagramLoginGraph(dependencies);
  return {
    network: 'instagram',
    kind: 'instagram_login',
    way: 'consent',
    pkce: false,
    authorizationUrl: (request) => consentUrl(dependencies, request),
    exchangeCode: (request, options) => exchangeForLongLived(dependencies, request, options),
    adminProfile: async (grant, options) => asProfile(await accountOf(graph, grant, options)),
    listPages: async (grant, _named, options) => [asGranted(await accountOf(graph, grant, options))],
    probe: (page, options) => profileOf(graph, page, options),
    // Instagram tells what was given once, with the code.
    grantedScopes: async () => null,
    refresh: (held, options) => renewLongLived(dependencies, held, options),
    // Only the account itself can remove an app, in its settings.
    revoke: null,
    watch: (page, _wish, options) => subscribeToAccount(graph, page, options),
  };
}
