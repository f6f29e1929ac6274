import type { ChangeOutcome, PublishedPosts } from '../api/posts/published-posts.ts';
import { ChannelError } from '../channels/channel.ts';
import type { Channels } from '../channels/registry.ts';
import { refusalOrTrouble } from './probe-page.ts';

/** Lets the API change what the networks show. */
export function publishedPostsOn(channels: Channels): PublishedPosts {
  return {
    offers: (network, change) => channels[network].capabilities[change === 'remove' ? 'deletes' : 'edits'],
    remove: ({ network, ...page }, providerPostId, signal) =>
      outcomeOf(channels[network].remove(page, providerPostId, { signal })),
    edit: ({ network, ...page }, { id, text }, signal) => outcomeOf(channels[network].edit(page, id, text, { signal })),
  };
}

async function outcomeOf(change: Promise<void>): Promise<ChangeOutcome> {
  try {
    await change;
    return { kind: 'done' };
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    const { grantProblem, refusal } = error;
    return grantProblem === null && refusal !== null ? { kind: 'refused', refusal } : refusalOrTrouble(error);
  }
}
