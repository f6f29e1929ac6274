import { z } from 'zod';
import type { ConsentConnector, GrantedPage } from '../connector.ts';
import { consentUrl, exchangeForLongLived } from '../meta/consent.ts';
import { graphApi, type MetaDependencies } from '../meta/graph.ts';
import { reachablePages } from '../meta/pages.ts';
import { personOf } from '../meta/person.ts';
import { profileOf } from './profile.ts';

/** Instagram business accounts, granted through the Facebook page that they belong to. */
export function instagramConnector(dependencies: MetaDependencies): ConsentConnector {
  const graph = graphApi('instagram', dependencies);
  return {
    network: 'instagram',
    kind: 'facebook_login',
    way: 'consent',
    pkce: false,
    authorizationUrl: (request) => consentUrl(dependencies, 'instagram', request),
    exchangeCode: (request, options) => exchangeForLongLived(dependencies, 'instagram', request, options),
    adminProfile: (grant, options) => personOf(graph, grant, options),
    async listPages(grant, _named, options) {
      const fields = 'id,access_token,instagram_business_account{id,username,name,profile_picture_url}';
      const pages = await reachablePages(graph, grant, fields, grantedPage, options);
      return pages.flatMap(asGranted);
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
  access_token: z.string().nullish(),
  instagram_business_account: z
    .object({
      id: z.string(),
      username: z.string().nullish(),
      name: z.string().nullish(),
      profile_picture_url: z.string().nullish(),
    })
    .nullish(),
});

function asGranted(page: z.infer<typeof grantedPage>): readonly GrantedPage[] {
  const account = page.instagram_business_account;
  if (!account) return [];
  return [
    {
      externalId: account.id,
      name: account.username ?? account.name ?? account.id,
      pictureUrl: account.profile_picture_url ?? null,
      accessToken: page.access_token ?? null,
      details: { pageId: page.id },
      refusal: page.access_token ? null : 'role_missing',
    },
  ];
}
