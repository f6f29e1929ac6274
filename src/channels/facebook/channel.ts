import { z } from 'zod';
import {
  type CallOptions,
  type Channel,
  ChannelError,
  type PageAccess,
  type Prepared,
  type PublishableContent,
  type Published,
} from '../channel.ts';
import { saysGone } from '../meta/errors.ts';
import { graphApi, harmlessFor, type MetaDependencies } from '../meta/graph.ts';
import { profileOf } from './profile.ts';
import { findOnPage } from './find-published.ts';
import { checkMedia, prepareMedia } from './prepare.ts';
import { asPublished, postAnswer, publishPost, publishReel, publishVideo, standingOf } from './publish.ts';
import { processingFailure, readVideo } from './video.ts';

/** Facebook pages, through the Graph API. */
export function facebookChannel(dependencies: MetaDependencies): Channel {
  const { clock, http } = dependencies;
  const graph = graphApi('facebook', dependencies);
  // Facebook tells the address of a film without its host.
  const absolute = (permalink: string): string =>
    URL.canParse(permalink) ? permalink : http.webUrl('facebook', permalink).href;
  const film = (id: string, permalink: string | null): Published => ({
    providerPostId: id,
    permalink: permalink === null ? null : absolute(permalink),
  });

  async function checkFilm(page: PageAccess, id: string, options: CallOptions | undefined): Promise<Published | null> {
    const video = await readVideo(graph, page, id, options);
    if (video === null) {
      // Facebook says the same of a film that the token may no longer see, so the page is asked too.
      await profileOf(graph, page, options);
      return null;
    }
    if (video.state === 'failed') throw processingFailure(video);
    return { ...film(id, video.permalink), ...(video.publication === 'out' ? {} : { pending: true }) };
  }

  return {
    network: 'facebook',
    capabilities: { deletes: true, edits: true },

    prepare: (page, content, earlier, options) =>
      prepareMedia(graph, page, { content, earlier, nowMs: clock() }, options),
    checkPrepared: (page, prepared, options) => checkMedia(graph, page, { prepared, nowMs: clock() }, options),

    async publish(page, content, prepared, options) {
      const { anchor } = prepared;
      requireReady(content, prepared);
      if (anchor?.kind !== 'video' && anchor?.kind !== 'reel') {
        const call = publishPost(graph, page, { content, prepared }, options);
        return explained(call, () => profileOf(graph, page, options));
      }
      const publish = anchor.kind === 'reel' ? publishReel : publishVideo;
      const call = publish(graph, page, { videoId: anchor.id, text: content.text }, options);
      await explained(call, () => profileOf(graph, page, options));
      const { permalink, isOut } = await standingOf(graph, page, anchor.id, options);
      return { ...film(anchor.id, permalink), ...(isOut ? {} : { pending: true }) };
    },

    findPublished: (page, search, options) => findOnPage(graph, page, { search, permalinkOf: absolute }, options),

    // Facebook counts calls, not posts.
    quota: async () => null,

    async edit(page, providerPostId, text, options) {
      await graph.call({
        ...harmlessFor(page, options),
        method: 'POST',
        path: `/${providerPostId}`,
        json: isFilm(providerPostId) ? { description: text } : { message: text },
        answer: z.object({ success: z.boolean() }),
      });
    },

    async check(page, providerPostId, options) {
      const read = isFilm(providerPostId)
        ? checkFilm(page, providerPostId, options)
        : graph
            .call({
              ...harmlessFor(page, options),
              method: 'GET',
              path: `/${providerPostId}`,
              query: { fields: 'id,permalink_url' },
              answer: postAnswer,
            })
            .then(asPublished);
      return unlessGone(read, () => profileOf(graph, page, options));
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

/** A post's id names its page too; a film's does not, and films are edited under their own name. */
function isFilm(providerPostId: string): boolean {
  return !providerPostId.includes('_');
}

/** Nothing is called with less than the content asks for: a post without its film would be another post. */
function requireReady({ media, format }: PublishableContent, { anchor, parts }: Prepared): void {
  const wanted = media[0]?.kind === 'video' ? (format === 'reel' ? 'reel' : 'video') : 'photo';
  const shown = anchor === null ? parts : [anchor];
  if (shown.length === media.length && shown.every(({ kind }) => kind === wanted)) return;
  throw new ChannelError('facebook publishes media only once all of it has been handed over.', {
    class: 'retry_later',
    mayHaveActed: false,
  });
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
