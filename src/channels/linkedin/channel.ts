import type { Channel, Published } from '../channel.ts';
import { saysGone } from './errors.ts';
import { toLittleText } from './little-text.ts';
import { createPost, findByAuthor } from './posts.ts';
import { checkAssets, prepareAssets } from './prepare.ts';
import { byUrn, type LinkedinDependencies, linkedinRest } from './rest.ts';

/** LinkedIn organisation pages, through the versioned Posts, Images, Videos and Documents APIs. */
export function linkedinChannel(dependencies: LinkedinDependencies): Channel {
  const { clock, http } = dependencies;
  const rest = linkedinRest(dependencies);
  const permalinkOf = (urn: string): string => http.webUrl('linkedin', `/feed/update/${urn}`).href;
  const published = (urn: string): Published => ({ providerPostId: urn, permalink: permalinkOf(urn) });

  return {
    network: 'linkedin',
    capabilities: { deletes: true, edits: true },

    prepare: (page, content, earlier, options) =>
      prepareAssets(rest, page, { content, earlier, nowMs: clock() }, options),
    checkPrepared: (page, prepared, options) => checkAssets(rest, page, prepared, options),

    publish: async (page, content, prepared, options) =>
      published(await createPost(rest, page, content, prepared, options)),

    findPublished: (page, search, options) => findByAuthor(rest, page, search, permalinkOf, options),

    // LinkedIn counts calls per day, and tells nobody how many are left.
    quota: async () => null,

    async edit(page, providerPostId, text, options) {
      await rest({
        method: 'POST',
        target: byUrn('posts', providerPostId),
        restMethod: 'PARTIAL_UPDATE',
        body: { json: { patch: { $set: { commentary: toLittleText(text) } } } },
        accessToken: page.accessToken,
        repeat: 'harmless',
        signal: options?.signal,
      });
    },

    async check(page, providerPostId, options) {
      try {
        await rest({
          method: 'GET',
          target: byUrn('posts', providerPostId),
          accessToken: page.accessToken,
          repeat: 'harmless',
          signal: options?.signal,
        });
        return published(providerPostId);
      } catch (error) {
        if (saysGone(error)) return null;
        throw error;
      }
    },

    async remove(page, providerPostId, options) {
      try {
        await rest({
          method: 'DELETE',
          target: byUrn('posts', providerPostId),
          restMethod: 'DELETE',
          accessToken: page.accessToken,
          repeat: 'harmless',
          signal: options?.signal,
        });
      } catch (error) {
        if (!saysGone(error)) throw error;
      }
    },
  };
}
