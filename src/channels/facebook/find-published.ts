import { z } from 'zod';
import { earliestPublication } from '../candidate-window.ts';
import type { MediaAnchor } from '../../domain/publication.ts';
import type { CallOptions, PageAccess, PublishedCandidate, PublishedSearch } from '../channel.ts';
import { type Graph, graphTime } from '../meta/graph.ts';
import { sameText } from '../same-text.ts';
import { processingFailure, readVideo } from './video.ts';

interface Search {
  readonly search: PublishedSearch;
  readonly permalinkOf: (permalink: string) => string;
}

/** The posts on a page that may be the one searched for: by the film, by attached photos, else by text and time. */
export async function findOnPage(
  graph: Graph,
  page: PageAccess,
  { search, permalinkOf }: Search,
  options: CallOptions = {},
): Promise<readonly PublishedCandidate[]> {
  const { anchor } = search;
  if (anchor?.kind === 'video' || anchor?.kind === 'reel') {
    return findFilm(graph, page, { anchor, permalinkOf }, options);
  }
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

/** A film is asked for by its id, which is proof: no other call could have published it. */
async function findFilm(
  graph: Graph,
  page: PageAccess,
  { anchor, permalinkOf }: { anchor: MediaAnchor; permalinkOf: Search['permalinkOf'] },
  options: CallOptions,
): Promise<readonly PublishedCandidate[]> {
  const video = await readVideo(graph, page, anchor.id, options);
  if (video === null || video.publication === 'none') return [];
  if (video.state === 'failed') throw processingFailure(video);
  return [
    {
      providerPostId: video.id,
      permalink: video.permalink === null ? null : permalinkOf(video.permalink),
      matchedBy: 'anchor',
      publishedAt: video.createdAt,
      ...(video.publication === 'out' ? {} : { pending: true }),
    },
  ];
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
  const ours = search.anchor === null ? search.parts : [search.anchor];
  // A photo is attached to one post only, so that one of ours is proof.
  if (ours.some(({ id }) => attached.includes(id))) return [{ ...facts, matchedBy: 'anchor' }];
  // A post that shows another photo is not ours, and one that shows a photo is not the outcome of one without; a
  // preview of a link, though, is attached by Facebook itself.
  if (ours.length === 0 ? showsMedia(post) : attached.length > 0) return [];
  return sameText(post.message ?? '', search.text) ? [{ ...facts, matchedBy: 'text' }] : [];
}

function showsMedia(post: PublishedPost): boolean {
  return (post.attachments?.data ?? []).some(({ media_type: kind }) =>
    ['photo', 'album', 'video'].includes(kind ?? ''),
  );
}

function attachedIds(post: PublishedPost): readonly string[] {
  return (post.attachments?.data ?? [])
    .flatMap(({ target: own, subattachments }) => [own, ...(subattachments?.data ?? []).map((sub) => sub.target)])
    .flatMap((each) => (each?.id === undefined || each.id === null ? [] : [each.id]));
}

function rank(candidate: PublishedCandidate): number {
  return candidate.matchedBy === 'anchor' ? 0 : 1;
}
