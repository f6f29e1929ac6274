import { z } from 'zod';
import type { ConsentConnector, GrantedPage } from '../connector.ts';
import { consentUrl, exchangeForLongLived } from '../meta/consent.ts';
import { graphApi, type MetaDependencies } from '../meta/graph.ts';
import { reachablePages } from '../meta/pages.ts';
import { personOf } from '../meta/person.ts';
import { takeBackPermissions } from '../meta/revoke.ts';
import { subscribeToPage } from '../meta/subscribe.ts';
import { currentPermissions } from '../meta/token-facts.ts';
import { profileOf } from './profile.ts';

/** Instagram business accounts, granted through the Facebook page that they belong to. */
export function instagramConnector(dependencies: MetaDependencies): ConsentConnector {
  const graph = graphApi('instagram', dependencies);
  const asked = { app: dependencies.app, network: 'instagram' };
  return {
    network: 'instagram',
    kind: 'facebook_login',
    way: 'consent',
    pkce: false,
    authorizationUrl: (request) => consentUrl(dependencies, 'instagram', request),
    exchangeCode: (request, options) => exchangeForLongLived(dependencies, 'instagram', request, options),
    adminProfile: (grant, options) => personOf(graph, grant, options),
    async listPages(grant, _named, options) {
      const pages = await reachablePages(graph, grant, { fields: grantedFields, item: grantedPage }, options);
      return pages.flatMap(asGranted);
    },
    probe: (page, options) => profileOf(graph, page, options),
    grantedScopes: (page, options) => currentPermissions(graph, asked, page.accessToken, options),
    // Meta has no refresh tokens: what has lapsed needs a person.
    refresh: null,
    revoke: (held, options) => takeBackPermissions(graph, asked, held, options),
    watch: (page, _wish, options) =>
      // A page's token knows its page.
      subscribeToPage(
        graph,
        { ...asked, pageId: page.details['pageId'] ?? 'me', fields: webhookFields },
        page,
        options,
      ),
  };
}

// What Instagram tells is chosen once, for the app; an account is heard of once its page is subscribed to anything.
const webhookFields = ['feed'];

const grantedFields = [
  'id',
  'access_token',
  'instagram_business_account{id,username,name,profile_picture_url}',
  'connected_instagram_account{id,username}',
].join(',');

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
  connected_instagram_account: z.object({ id: z.string(), username: z.string().nullish() }).nullish(),
});

function asGranted(page: z.infer<typeof grantedPage>): readonly GrantedPage[] {
  const account = page.instagram_business_account;
  if (!account) return page.connected_instagram_account ? [asRefused(page.connected_instagram_account)] : [];
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

/** An account that a page shows and that nobody has made a business's is a person's. */
function asRefused({
  id,
  username,
}: {
  readonly id: string;
  readonly username?: string | null | undefined;
}): GrantedPage {
  return {
    externalId: id,
    name: username ?? id,
    pictureUrl: null,
    accessToken: null,
    details: {},
    refusal: 'personal_profile',
  };
}
