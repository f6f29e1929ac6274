import { z } from 'zod';
import { earliestPublication } from '../candidate-window.ts';
import type {
  CallOptions,
  PageAccess,
  Prepared,
  PublishableContent,
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

/** The organisation's newest posts that may be the one searched for: by the image, else by text and time. */
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

const listedPost = z.object({
  id: z.string(),
  commentary: z.string().optional(),
  createdAt: z.number().optional(),
  publishedAt: z.number().optional(),
  content: z.object({ media: z.object({ id: z.string() }).optional() }).optional(),
});
const postList = z.object({ elements: z.array(listedPost) });

function postBody(page: PageAccess, content: PublishableContent, prepared: Prepared): Record<string, unknown> {
  const altText = content.media[0]?.altText ?? null;
  const image = prepared.anchor;
  return {
    author: organisationUrn(page.externalId),
    commentary: toLittleText(content.text),
    visibility: 'PUBLIC',
    distribution: { feedDistribution: 'MAIN_FEED', targetEntities: [], thirdPartyDistributionChannels: [] },
    ...(image === null ? {} : { content: { media: { id: image.id, ...(altText === null ? {} : { altText }) } } }),
    lifecycleState: 'PUBLISHED',
    isReshareDisabledByAuthor: false,
  };
}

function matchOf(post: z.infer<typeof listedPost>, search: PublishedSearch): PublishedCandidate['matchedBy'] | null {
  const image = post.content?.media?.id ?? null;
  if (search.anchor !== null && image === search.anchor.id) return 'anchor';
  // A post with another image, or with one where we had none, is not ours.
  if (image !== null) return null;
  const commentary = post.commentary ?? '';
  return sameText(fromLittleText(commentary), search.text) || sameText(commentary, search.text) ? 'text' : null;
}

function rank(candidate: PublishedCandidate): number {
  return candidate.matchedBy === 'anchor' ? 0 : 1;
}
