import { z } from 'zod';
import {
  type CallOptions,
  type Channel,
  ChannelError,
  type GrantedPage,
  type PageAccess,
  type Prepared,
  type PublishableContent,
  type Published,
} from '../channel.ts';
import { cannotRefresh, consentUrl, exchangeForLongLived } from '../meta/consent.ts';
import { saysGone } from '../meta/errors.ts';
import { type Graph, graphApi, harmlessFor, type MetaDependencies } from '../meta/graph.ts';
import { reachablePages } from '../meta/pages.ts';
import { findOnPage } from './find-published.ts';
import { isStillThere, uploadUnpublished } from './photo.ts';

/** Facebook pages, through the Graph API. */
export function facebookChannel(dependencies: MetaDependencies): Channel {
  const { clock } = dependencies;
  const graph = graphApi('facebook', dependencies);

  return {
    network: 'facebook',
    capabilities: { deletes: true, edits: true, refreshTokens: false },

    authorisationUrl: (request) => consentUrl(dependencies, 'facebook', scopes, request),
    exchangeCode: (request, options) => exchangeForLongLived(dependencies, 'facebook', request, options),
    refresh: async () => {
      throw cannotRefresh('facebook');
    },
    async listPages(grant, options) {
      const fields = 'id,name,access_token,picture.type(large)';
      const pages = await reachablePages(graph, grant, fields, grantedPage, options);
      return pages.flatMap(asGranted);
    },

    probe: (page, options) => profileOf(graph, page, options),

    async prepare(page, content, earlier, options) {
      const image = content.media[0];
      if (image === undefined) return { state: 'ready', anchor: null, parts: [] };
      if (earlier !== null && (await isStillThere(graph, page, earlier.anchor, clock(), options))) return earlier;
      return { state: 'ready', anchor: await uploadUnpublished(graph, page, image, clock(), options), parts: [] };
    },
    // A photo is ready as soon as its upload has been answered.
    checkPrepared: async (_page, prepared) => prepared,

    async publish(page, content, prepared, options) {
      const call = graph.call({
        method: 'POST',
        path: `/${page.externalId}/feed`,
        query: { fields: 'id,permalink_url' },
        json: feedPost(content, prepared),
        accessToken: page.accessToken,
        repeat: 'never',
        departWithinMs: options?.departWithinMs,
        signal: options?.signal,
        answer: post,
      });
      return asPublished(await explained(call, () => profileOf(graph, page, options)));
    },

    findPublished: (page, search, options) => findOnPage(graph, page, search, options),

    // Facebook counts calls, not posts.
    quota: async () => null,

    async edit(page, providerPostId, text, options) {
      await graph.call({
        ...harmlessFor(page, options),
        method: 'POST',
        path: `/${providerPostId}`,
        json: { message: text },
        answer: z.object({ success: z.boolean() }),
      });
    },

    check(page, providerPostId, options) {
      const read = graph.call({
        ...harmlessFor(page, options),
        method: 'GET',
        path: `/${providerPostId}`,
        query: { fields: 'id,permalink_url' },
        answer: post,
      });
      return unlessGone(read.then(asPublished), () => profileOf(graph, page, options));
    },

    async remove(page, providerPostId, options) {
      const removal = graph.call({
        ...harmlessFor(page, options),
        method: 'DELETE',
        path: `/${providerPostId}`,
        answer: z.object({ success: z.boolean() }),
      });
      await unlessGone(removal, () => profileOf(graph, page, options));
    },
  };
}

const scopes = [
  'pages_show_list',
  'business_management',
  'pages_manage_posts',
  'pages_manage_engagement',
  'pages_manage_metadata',
  'pages_read_engagement',
  'pages_read_user_content',
  'read_insights',
];

const picture = z.object({ data: z.object({ url: z.string() }) });
const grantedPage = z.object({
  id: z.string(),
  name: z.string(),
  // Pages of a business come without one if the person has no task on them.
  access_token: z.string().nullish(),
  picture: picture.nullish(),
});
const profile = z.object({ id: z.string(), name: z.string(), picture: picture.nullish() });
const post = z.object({ id: z.string().min(1), permalink_url: z.string().nullish() });

function asGranted(page: z.infer<typeof grantedPage>): readonly GrantedPage[] {
  if (!page.access_token) return [];
  return [
    {
      externalId: page.id,
      name: page.name,
      accessToken: page.access_token,
      pictureUrl: page.picture?.data.url ?? null,
    },
  ];
}

function asPublished({ id, permalink_url: permalink }: z.infer<typeof post>): Published {
  return { providerPostId: id, permalink: permalink ?? null };
}

function feedPost(content: PublishableContent, prepared: Prepared): Record<string, unknown> {
  const photo = prepared.anchor;
  return {
    ...(content.text === '' ? {} : { message: content.text }),
    ...(photo === null ? {} : { attached_media: [{ media_fbid: photo.id }] }),
    published: true,
  };
}

async function profileOf(graph: Graph, page: PageAccess, options: CallOptions | undefined) {
  const { name, picture: image } = await graph.call({
    ...harmlessFor(page, options),
    method: 'GET',
    path: `/${page.externalId}`,
    query: { fields: 'id,name,picture.type(large)' },
    answer: profile,
  });
  return { name, pictureUrl: image?.data.url ?? null };
}

/**
 * `null` if the post is gone. Facebook says the same of a post that the token may no longer see, so the page is asked
 * too: only where the token still acts for the page is the post really gone.
 */
async function unlessGone<T>(call: Promise<T>, askPage: () => Promise<unknown>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (!saysGone(error)) throw error;
    await askPage();
    return null;
  }
}

/**
 * A refusal to publish that says "gone" means the page or the attached photo. The page is asked, so that a lost photo
 * does not look like a lost page: it is uploaded again by the next `prepare`.
 */
async function explained<T>(publication: Promise<T>, askPage: () => Promise<unknown>): Promise<T> {
  try {
    return await publication;
  } catch (error) {
    if (!saysGone(error)) throw error;
    const page = await askPage().catch((pageError: unknown) => pageError);
    if (page instanceof ChannelError && page.grantProblem !== null) throw page;
    throw new ChannelError('facebook no longer has the attached photo.', {
      class: 'retry_later',
      mayHaveActed: false,
      provider: error.provider,
    });
  }
}
