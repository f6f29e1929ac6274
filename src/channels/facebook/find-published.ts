import { z } from 'zod';
import { earliestPublication } from '../candidate-window.ts';
import type { CallOptions, PageAccess, PublishedCandidate, PublishedSearch } from '../channel.ts';
import { type Graph, graphTime } from '../meta/graph.ts';
import { sameText } from '../same-text.ts';

/** The posts on a page that may be the one searched for: by the attached photo, else by text and time. */
export async function findOnPage(
  graph: Graph,
  page: PageAccess,
  search: PublishedSearch,
  options: CallOptions = {},
): Promise<readonly PublishedCandidate[]> {
  const since = earliestPublication(search.since);
  const posts = await graph.list({
    path: `/${page.externalId}/published_posts`,
    query: {
      fields: 'id,message,created_time,permalink_url,attachments{media_type,target{id},subattachments{target{id}}}',
      since: String(Math.floor(since / 1_000)),
      limit: '100',
    },
    accessToken: page.accessToken,
    signal: options.signal,
    item: publishedPost,
    maxPages: 5,
  });
  const candidates = posts.flatMap((post) => asCandidate(post, search));
  const recent = candidates.filter((candidate) => candidate.matchedBy === 'anchor' || candidate.publishedAt >= since);
  return recent.toSorted((one, other) => rank(one) - rank(other) || one.publishedAt - other.publishedAt);
}

const target = z.object({ id: z.string().nullish() }).nullish();
const attachment = z.object({
  media_type: z.string().nullish(),
  target,
  subattachments: z.object({ data: z.array(z.object({ target })) }).nullish(),
});
const publishedPost = z.object({
  id: z.string(),
  message: z.string().nullish(),
  created_time: graphTime,
  permalink_url: z.string().nullish(),
  attachments: z.object({ data: z.array(attachment) }).nullish(),
});

type PublishedPost = z.infer<typeof publishedPost>;

function asCandidate(post: PublishedPost, search: PublishedSearch): readonly PublishedCandidate[] {
  const facts = {
    providerPostId: post.id,
    permalink: post.permalink_url ?? null,
    publishedAt: post.created_time,
  };
  const attached = attachedIds(post);
  if (search.anchor !== null && attached.includes(search.anchor.id)) return [{ ...facts, matchedBy: 'anchor' }];
  // A post that shows another photo is not ours, and one that shows a photo is not the outcome of one without; a
  // preview of a link, though, is attached by Facebook itself.
  if (search.anchor === null ? showsPhoto(post) : attached.length > 0) return [];
  return sameText(post.message ?? '', search.text) ? [{ ...facts, matchedBy: 'text' }] : [];
}

function showsPhoto(post: PublishedPost): boolean {
  return (post.attachments?.data ?? []).some(({ media_type: kind }) => kind === 'photo' || kind === 'album');
}

function attachedIds(post: PublishedPost): readonly string[] {
  return (post.attachments?.data ?? [])
    .flatMap(({ target: own, subattachments }) => [own, ...(subattachments?.data ?? []).map((sub) => sub.target)])
    .flatMap((each) => (each?.id === undefined || each.id === null ? [] : [each.id]));
}

function rank(candidate: PublishedCandidate): number {
  return candidate.matchedBy === 'anchor' ? 0 : 1;
}
