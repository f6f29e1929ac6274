import { z } from 'zod';
import {
  type CallOptions,
  type Channel,
  ChannelError,
  type GrantedPage,
  type PageAccess,
  type Prepared,
  type PublishableContent,
} from '../channel.ts';
import { cannotRefresh, consentUrl, exchangeForLongLived } from '../meta/consent.ts';
import { saysGone } from '../meta/errors.ts';
import { type Graph, graphApi, harmlessFor, type MetaDependencies } from '../meta/graph.ts';
import { reachablePages } from '../meta/pages.ts';
import { findOnAccount } from './find-published.ts';
import { checkContainers, prepareContainers } from './prepare.ts';
import { permalinkOrNull, publishContainer, readMedia } from './publish.ts';
import { readQuota } from './quota.ts';

/** Instagram business accounts, granted through the Facebook page that they belong to. */
export function instagramChannel(dependencies: MetaDependencies): Channel {
  const { clock } = dependencies;
  const graph = graphApi('instagram', dependencies);

  return {
    network: 'instagram',
    // Instagram lets apps neither edit nor delete what is published.
    capabilities: { deletes: false, edits: false, refreshTokens: false },

    authorisationUrl: (request) => consentUrl(dependencies, 'instagram', scopes, request),
    exchangeCode: (request, options) => exchangeForLongLived(dependencies, 'instagram', request, options),
    refresh: async () => {
      throw cannotRefresh('instagram');
    },
    async listPages(grant, options) {
      const fields = 'id,access_token,instagram_business_account{id,username,name,profile_picture_url}';
      const pages = await reachablePages(graph, grant, fields, grantedPage, options);
      return pages.flatMap(asGranted);
    },

    probe: (page, options) => profileOf(graph, page, options),

    prepare: (page, content, earlier, options) =>
      prepareContainers(graph, page, { content, earlier, nowMs: clock() }, options),
    checkPrepared: (page, prepared, options) => checkContainers(graph, page, prepared, options),

    async publish(page, content, prepared, options) {
      const id = await publishContainer(graph, page, containerOf(content, prepared), options);
      return { providerPostId: id, permalink: await permalinkOrNull(graph, page, id, options) };
    },

    findPublished: (page, search, options) => findOnAccount(graph, page, search, options),

    async check(page, providerPostId, options) {
      try {
        return await readMedia(graph, page, providerPostId, options);
      } catch (error) {
        if (!saysGone(error)) throw error;
        // Instagram says the same of media that the token may no longer see, so the account is asked too.
        await profileOf(graph, page, options);
        return null;
      }
    },

    quota: (page, options) => readQuota(graph, page, options),

    edit: async () => {
      throw notOffered('edit');
    },
    remove: async () => {
      throw notOffered('delete');
    },
  };
}

function notOffered(what: 'edit' | 'delete'): ChannelError {
  return new ChannelError(`instagram does not let apps ${what} what is published.`, {
    class: 'content_refused',
    mayHaveActed: false,
    refusal: { code: 'content_refused', providerCode: null },
  });
}

const scopes = [
  'instagram_basic',
  'instagram_content_publish',
  'instagram_manage_comments',
  'instagram_manage_insights',
  'instagram_manage_messages',
  'pages_show_list',
  'pages_read_engagement',
  'business_management',
];

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
const profile = z.object({
  id: z.string(),
  username: z.string().nullish(),
  name: z.string().nullish(),
  profile_picture_url: z.string().nullish(),
});
function asGranted(page: z.infer<typeof grantedPage>): readonly GrantedPage[] {
  const account = page.instagram_business_account;
  if (!account || !page.access_token) return [];
  return [
    {
      externalId: account.id,
      name: account.username ?? account.name ?? account.id,
      accessToken: page.access_token,
      pictureUrl: account.profile_picture_url ?? null,
    },
  ];
}

function containerOf(content: PublishableContent, prepared: Prepared): string {
  if (prepared.anchor !== null && content.media.length > 0) return prepared.anchor.id;
  throw new ChannelError('instagram publishes only what has been prepared, and only with an image.', {
    class: 'content_refused',
    mayHaveActed: false,
    refusal: { code: 'media_refused', providerCode: null },
  });
}

async function profileOf(graph: Graph, page: PageAccess, options: CallOptions | undefined) {
  const answer = await graph.call({
    method: 'GET',
    path: `/${page.externalId}`,
    query: { fields: 'id,username,name,profile_picture_url' },
    ...harmlessFor(page, options),
    answer: profile,
  });
  return {
    name: answer.username ?? answer.name ?? page.externalId,
    pictureUrl: answer.profile_picture_url ?? null,
  };
}
