import { type Channel, ChannelError, type PageAccess, type Prepared, type PublishableContent } from '../channel.ts';
import { instagramLoginGraph } from '../instagram_login/graph.ts';
import { saysGone } from '../meta/errors.ts';
import { type Graph, graphApi, type MetaDependencies } from '../meta/graph.ts';
import { findOnAccount } from './find-published.ts';
import { checkContainers, prepareContainers } from './prepare.ts';
import { profileOf } from './profile.ts';
import { permalinkOrNull, publishContainer, readMedia } from './publish.ts';
import { readQuota } from './quota.ts';

/** Instagram business accounts. */
export function instagramChannel(dependencies: MetaDependencies): Channel {
  const { clock } = dependencies;
  const graphFor = graphsOf(dependencies);

  return {
    network: 'instagram',
    // Instagram lets apps neither edit nor delete what is published.
    capabilities: { deletes: false, edits: false },

    prepare: (page, content, earlier, options) =>
      prepareContainers(graphFor(page), page, { content, earlier, nowMs: clock() }, options),
    checkPrepared: (page, prepared, options) => checkContainers(graphFor(page), page, prepared, options),

    async publish(page, content, prepared, options) {
      const id = await publishContainer(graphFor(page), page, containerOf(content, prepared), options);
      return { providerPostId: id, permalink: await permalinkOrNull(graphFor(page), page, id, options) };
    },

    findPublished: (page, search, options) => findOnAccount(graphFor(page), page, search, options),

    async check(page, providerPostId, options) {
      try {
        return await readMedia(graphFor(page), page, providerPostId, options);
      } catch (error) {
        if (!saysGone(error)) throw error;
        // Instagram says the same of media that the token may no longer see, so the account is asked too.
        await profileOf(graphFor(page), page, options);
        return null;
      }
    },

    quota: (page, options) => readQuota(graphFor(page), page, options),

    edit: async () => {
      throw notOffered('edit');
    },
    remove: async () => {
      throw notOffered('delete');
    },
  };
}

/**
 * An account is on the host of the login that granted it. Its token tells which: Instagram's begin with `IG`, those of
 * Facebook pages with `EA`, and neither host takes the other's.
 */
function graphsOf(dependencies: MetaDependencies): (page: PageAccess) => Graph {
  const { http, clock, app } = dependencies;
  const facebook = graphApi('instagram', dependencies);
  const own = instagramLoginGraph({ http, clock, graphVersion: app.graphVersion });
  return ({ accessToken }) => (accessToken.startsWith('IG') ? own : facebook);
}

function notOffered(what: 'edit' | 'delete'): ChannelError {
  return new ChannelError(`instagram does not let apps ${what} what is published.`, {
    class: 'content_refused',
    mayHaveActed: false,
    refusal: { code: 'content_refused', providerCode: null },
  });
}

function containerOf(content: PublishableContent, prepared: Prepared): string {
  if (prepared.anchor !== null && content.media.length > 0) return prepared.anchor.id;
  throw new ChannelError('instagram publishes only what has been prepared, and only with an image.', {
    class: 'content_refused',
    mayHaveActed: false,
    refusal: { code: 'media_refused', providerCode: null },
  });
}
