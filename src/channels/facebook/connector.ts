import { z } from 'zod';
import type { AdminProfile, ConsentConnector, GrantedPage } from '../connector.ts';
import { consentUrl, exchangeForLongLived } from '../meta/consent.ts';
import { graphApi, type MetaDependencies } from '../meta/graph.ts';
import { reachablePages } from '../meta/pages.ts';
import { personOf } from '../meta/person.ts';
import { takeBackPermissions } from '../meta/revoke.ts';
import { subscribeToPage } from '../meta/subscribe.ts';
import { currentPermissions } from '../meta/token-facts.ts';
import { picture, profileOf } from './profile.ts';

/** Facebook pages, granted through Facebook Login. */
export function facebookConnector(dependencies: MetaDependencies): ConsentConnector {
  const graph = graphApi('facebook', dependencies);
  const asked = { app: dependencies.app, network: 'facebook' };
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
      const pages = await reachablePages(graph, grant, { fields, item: grantedPage }, options);
      return [...pages.map(asGranted), asRefused(await personOf(graph, grant, options))];
    },
    probe: (page, options) => profileOf(graph, page, options),
    grantedScopes: (page, options) => currentPermissions(graph, asked, page.accessToken, options),
    // Meta has no refresh tokens: what has lapsed needs a person.
    refresh: null,
    revoke: (held, options) => takeBackPermissions(graph, asked, held, options),
    watch: (page, _wish, options) =>
      subscribeToPage(graph, { ...asked, pageId: page.externalId, fields: webhookFields }, page, options),
  };
}

const webhookFields = [
  'feed',
  'mention',
  'messages',
  'message_echoes',
  'message_deliveries',
  'message_reads',
  'messaging_postbacks',
];

const grantedPage = z.object({
  id: z.string(),
  name: z.string(),
  // Pages of a business come without one if the person has no task on them.
  access_token: z.string().nullish(),
  picture: picture.nullish(),
  // What the person may do there; told of pages that were picked in the dialog.
  tasks: z.array(z.string()).nullish(),
});

function asGranted(page: z.infer<typeof grantedPage>): GrantedPage {
  return {
    externalId: page.id,
    name: page.name,
    pictureUrl: page.picture?.data.url ?? null,
    accessToken: page.access_token ?? null,
    details: {},
    refusal: page.access_token && mayManage(page.tasks ?? null) ? null : 'role_missing',
  };
}

/** Whether a person may publish there; pages of the new kind call the same tasks `PROFILE_PLUS_…`. */
function mayManage(tasks: readonly string[] | null): boolean {
  return tasks === null || tasks.some((task) => /(?:^|_)(?:MANAGE|CREATE_CONTENT|FULL_CONTROL)$/.test(task));
}

/** Apps may act for pages only, never for the person. */
function asRefused({ externalId, name, pictureUrl }: AdminProfile): GrantedPage {
  return { externalId, name, pictureUrl, accessToken: null, details: {}, refusal: 'personal_profile' };
}
