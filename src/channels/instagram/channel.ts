import { type Channel, ChannelError, type Prepared, type PublishableContent } from '../channel.ts';
import { saysGone } from '../meta/errors.ts';
import { graphApi, type MetaDependencies } from '../meta/graph.ts';
import { findOnAccount } from './find-published.ts';
import { checkContainers, prepareContainers } from './prepare.ts';
import { profileOf } from './profile.ts';
import { permalinkOrNull, publishContainer, readMedia } from './publish.ts';
import { readQuota } from './quota.ts';

/** Instagram business accounts. */
export function instagramChannel(dependencies: MetaDependencies): Channel {
  const { clock } = dependencies;
  const graph = graphApi('instagram', dependencies);

  return {
    network: 'instagram',
    // Instagram lets apps neither edit nor delete what is published.
    capabilities: { deletes: false, edits: false },

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

function containerOf(content: PublishableContent, prepared: Prepared): string {
  if (prepared.anchor !== null && content.media.length > 0) return prepared.anchor.id;
  throw new ChannelError('instagram publishes only what has been prepared, and only with an image.', {
    class: 'content_refused',
    mayHaveActed: false,
    refusal: { code: 'media_refused', providerCode: null },
  });
}
