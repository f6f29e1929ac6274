import { z } from 'zod';
import { earliestPublication } from '../candidate-window.ts';
import {
  type CallOptions,
  ChannelError,
  type PageAccess,
  type PublishedCandidate,
  type PublishedSearch,
} from '../channel.ts';
import { type Graph, graphTime } from '../meta/graph.ts';
import { sameText } from '../same-text.ts';
import { readContainer } from './container.ts';

/**
 * The media on an account that may be the one searched for. The container tells whether it has been published, not as
 * what, so the media is then found by caption and time.
 */
export async function findOnAccount(
  graph: Graph,
  page: PageAccess,
  search: PublishedSearch,
  options: CallOptions = {},
): Promise<readonly PublishedCandidate[]> {
  const container = search.anchor === null ? null : await readContainer(graph, page, search.anchor.id, options);
  if (container !== null && container.state !== 'PUBLISHED') return [];

  const matches = await mediaWithCaption(graph, page, search, options);
  if (container === null) return matches.map((media) => ({ ...media, matchedBy: 'text' }));
  const [only, ...others] = matches;
  if (only === undefined) throw notListedYet();
  // Exactly one media came out of this container. Of several with this caption, which one is not proven.
  const matchedBy = others.length === 0 ? 'anchor' : 'text';
  return matches.map((media) => ({ ...media, matchedBy }));
}

const media = z.object({
  id: z.string(),
  caption: z.string().nullish(),
  timestamp: graphTime,
  permalink: z.string().nullish(),
});

async function mediaWithCaption(
  graph: Graph,
  page: PageAccess,
  search: PublishedSearch,
  options: CallOptions,
): Promise<readonly Omit<PublishedCandidate, 'matchedBy'>[]> {
  const since = earliestPublication(search.since);
  const recent = await graph.list({
    path: `/${page.externalId}/media`,
    query: { fields: 'id,caption,timestamp,permalink', since: String(Math.floor(since / 1_000)), limit: '100' },
    accessToken: page.accessToken,
    signal: options.signal,
    item: media,
    // An account publishes at most a hundred a day.
    maxPages: 2,
  });
  return recent
    .filter(({ timestamp, caption }) => timestamp >= since && sameText(caption ?? '', search.text))
    .toSorted((one, other) => one.timestamp - other.timestamp)
    .map(({ id, permalink, timestamp }) => ({
      providerPostId: id,
      permalink: permalink ?? null,
      publishedAt: timestamp,
    }));
}

function notListedYet(): ChannelError {
  return new ChannelError('instagram has published the container but does not list the media yet.', {
    class: 'retry_later',
    mayHaveActed: true,
  });
}
