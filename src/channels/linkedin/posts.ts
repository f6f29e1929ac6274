import { z } from 'zod';
import { earliestPublication } from '../candidate-window.ts';
import type {
  CallOptions,
  PageAccess,
  Prepared,
  PublishableContent,
  PublishableMedia,
  PublishedCandidate,
  PublishedSearch,
  PublishOptions,
} from '../channel.ts';
import { sameText } from '../same-text.ts';
import { fromLittleText, toLittleText } from './little-text.ts';
import { misunderstood, organisationUrn, type Rest, understood } from './rest.ts';

/** Publishes a post and returns its URN. Irreversible. */
export async function createPost(
  rest: Rest,
  page: PageAccess,
  content: PublishableContent,
  prepared: Prepared,
  options: PublishOptions = {},
): Promise<string> {
  const answer = await rest({
    method: 'POST',
    target: { base: 'api', path: '/rest/posts' },
    body: { json: postBody(page, content, prepared) },
    accessToken: page.accessToken,
    repeat: 'never',
    departWithinMs: options.departWithinMs,
    signal: options.signal,
  });
  const urn = answer.headers['x-restli-id'];
  if (urn === undefined || urn === '') throw misunderstood(answer);
  return decodeURIComponent(urn);
}

/** The organisation's newest posts that may be the one searched for: by what it shows, else by text and time. */
export async function findByAuthor(
  rest: Rest,
  page: PageAccess,
  search: PublishedSearch,
  permalinkOf: (urn: string) => string,
  options: CallOptions = {},
): Promise<readonly PublishedCandidate[]> {
  const answer = await rest({
    method: 'GET',
    target: { base: 'api', path: '/rest/posts' },
    query: { q: 'author', author: organisationUrn(page.externalId), count: '100', sortBy: 'CREATED' },
    restMethod: 'FINDER',
    accessToken: page.accessToken,
    repeat: 'harmless',
    signal: options.signal,
  });
  const since = earliestPublication(search.since);
  return understood(postList, answer)
    .elements.flatMap((post): readonly PublishedCandidate[] => {
      const matchedBy = matchOf(post, search);
      const publishedAt = post.publishedAt ?? post.createdAt ?? 0;
      if (matchedBy === null || (matchedBy === 'text' && publishedAt < since)) return [];
      return [{ providerPostId: post.id, permalink: permalinkOf(post.id), matchedBy, publishedAt }];
    })
    .toSorted((one, other) => rank(one) - rank(other) || one.publishedAt - other.publishedAt);
}

const named = z.object({ id: z.string() });
const listedPost = z.object({
  id: z.string(),
  commentary: z.string().optional(),
  createdAt: z.number().optional(),
  publishedAt: z.number().optional(),
  content: z
    .object({
      media: named.optional(),
      multiImage: z.object({ images: z.array(named) }).optional(),
      article: z.object({ source: z.string().optional(), thumbnail: z.string().optional() }).optional(),
    })
    .optional(),
});
const postList = z.object({ elements: z.array(listedPost) });

function postBody(page: PageAccess, content: PublishableContent, prepared: Prepared): Record<string, unknown> {
  return {
    author: organisationUrn(page.externalId),
    commentary: toLittleText(content.text),
    visibility: 'PUBLIC',
    distribution: { feedDistribution: 'MAIN_FEED', targetEntities: [], thirdPartyDistributionChannels: [] },
    ...shownContent(content, prepared),
    lifecycleState: 'PUBLISHED',
    isReshareDisabledByAuthor: false,
  };
}

/** The media in the form that LinkedIn has for each: one, several images, or a link as an article. */
function shownContent({ media, link }: PublishableContent, { anchor, parts }: Prepared): Record<string, unknown> {
  const [only] = media;
  if (anchor !== null) return { content: { media: { id: anchor.id, ...describedBy(only) } } };
  if (media.length > 0) {
    const images = parts.map(({ id }, index) => ({ id, ...altTextOf(media[index]?.altText ?? null) }));
    return { content: { multiImage: { images } } };
  }
  if (link === null) return {};
  const [thumbnail] = parts;
  return {
    content: {
      article: {
        source: link.url,
        // LinkedIn reads nothing from the page and refuses an article without a title.
        title: link.title ?? link.url,
        ...(link.description === null ? {} : { description: link.description }),
        ...(thumbnail === undefined ? {} : { thumbnail: thumbnail.id }),
      },
    },
  };
}

/** Films and documents have a title, which LinkedIn shows; images are described for those who cannot see them. */
function describedBy(file: PublishableMedia | undefined): Record<string, string> {
  if (file === undefined) return {};
  if (file.kind === 'document') return { title: file.title };
  return file.kind === 'video' && file.altText !== null ? { title: file.altText } : altTextOf(file.altText);
}

function altTextOf(altText: string | null): Record<string, string> {
  return altText === null ? {} : { altText };
}

type ListedPost = z.infer<typeof listedPost>;

function matchOf(post: ListedPost, search: PublishedSearch): PublishedCandidate['matchedBy'] | null {
  const shown = shownIds(post);
  const ours = search.anchor === null ? search.parts.map(({ id }) => id) : [search.anchor.id];
  if (ours.length > 0 && ours.every((id) => shown.includes(id))) return 'anchor';
  // A post with other media, or with some where we had none, is not ours.
  if (shown.length > 0) return null;
  const commentary = post.commentary ?? '';
  return sameText(fromLittleText(commentary), search.text) || sameText(commentary, search.text) ? 'text' : null;
}

/** The URNs of what a post shows. */
function shownIds({ content }: ListedPost): readonly string[] {
  const { media, multiImage, article } = content ?? {};
  return [
    ...(media === undefined ? [] : [media.id]),
    ...(multiImage?.images ?? []).map(({ id }) => id),
    ...(article?.thumbnail === undefined ? [] : [article.thumbnail]),
  ];
}

function rank(candidate: PublishedCandidate): number {
  return candidate.matchedBy === 'anchor' ? 0 : 1;
}
