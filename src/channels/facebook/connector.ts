import { z } from 'zod';
import type { ConsentConnector, GrantedPage } from '../connector.ts';
import { consentUrl, exchangeForLongLived } from '../meta/consent.ts';
import { graphApi, type MetaDependencies } from '../meta/graph.ts';
import { reachablePages } from '../meta/pages.ts';
import { personOf } from '../meta/person.ts';
import { picture, profileOf } from './profile.ts';

/** Facebook pages, granted through Facebook Login. */
export function facebookConnector(dependencies: MetaDependencies): ConsentConnector {
  const graph = graphApi('facebook', dependencies);
  return {
    network: 'facebook',
    kind: 'facebook_login',
    way: 'consent',
    pkce: false,
    authorizationUrl: (request) => consentUrl(dependencies, 'facebook', request),
    exchangeCode: (request, options) => exchangeForLongLived(dependencies, 'facebook', request, options),
    adminProfile: (grant, options) => personOf(graph, grant, options),
    async listPages(grant, _named, options) {
      const fields = 'id,name,access_token,picture.type(large)';
      const pages = await reachablePages(graph, grant, fields, grantedPage, options);
      return pages.map(asGranted);
    },
    probe: (page, options) => profileOf(graph, page, options),
    // A page's token does not tell; the person's did, when it was granted.
    grantedScopes: async () => null,
    // Meta has no refresh tokens: what has lapsed needs a person.
    refresh: null,
    revoke: null,
    watch: null,
  };
}

const grantedPage = z.object({
  id: z.string(),
  name: z.string(),
  // Pages of a business come without one if the person has no task on them.
  access_token: z.string().nullish(),
  picture: picture.nullish(),
});

function asGranted(page: z.infer<typeof grantedPage>): GrantedPage {
  return {
    externalId: page.id,
    name: page.name,
    pictureUrl: page.picture?.data.url ?? null,
    accessToken: page.access_token ?? null,
    details: {},
    refusal: page.access_token ? null : 'role_missing',
  };
}
