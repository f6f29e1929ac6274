import { z } from 'zod';
import type { MediaAnchor, PublishRefusal } from '../../domain/publication.ts';
import type { CallOptions, PageAccess, PublishableMedia } from '../channel.ts';
import { saysGone } from '../meta/errors.ts';
import { type Graph, harmlessFor } from '../meta/graph.ts';
import { metaVerdict } from '../meta/verdicts.ts';

export type ContainerState = 'IN_PROGRESS' | 'FINISHED' | 'ERROR' | 'EXPIRED' | 'PUBLISHED';

export interface Container {
  readonly state: ContainerState;
  /** The subcode of what went wrong, as text; `null` if nothing did or Instagram does not say. */
  readonly failureCode: string | null;
}

/** Hands over one image or one film with the post's text. Instagram fetches the file, at once or later. */
export function makeContainer(
  graph: Graph,
  page: PageAccess,
  { file, text, madeAt }: { file: PublishableMedia; text: string; madeAt: number },
  options: CallOptions = {},
): Promise<MediaAnchor> {
  // Every single film is a reel on Instagram; it is shown in the feed as well, as every post is.
  const source =
    file.kind === 'video' ? { media_type: 'REELS', video_url: file.url, share_to_feed: true } : image(file);
  return create(graph, page, { json: { ...source, ...captioned(text) }, madeAt }, options);
}

/** Hands over one of the images and films of a carousel. */
export function makeChild(
  graph: Graph,
  page: PageAccess,
  { file, madeAt }: { file: PublishableMedia; madeAt: number },
  options: CallOptions = {},
): Promise<MediaAnchor> {
  const source = file.kind === 'video' ? { media_type: 'VIDEO', video_url: file.url } : image(file);
  return create(graph, page, { json: { ...source, is_carousel_item: true }, madeAt }, options);
}

/** Puts processed children, in their order, into the one container that is published. */
export function makeCarousel(
  graph: Graph,
  page: PageAccess,
  { children, text, madeAt }: { children: readonly MediaAnchor[]; text: string; madeAt: number },
  options: CallOptions = {},
): Promise<MediaAnchor> {
  const json = { media_type: 'CAROUSEL', children: children.map(({ id }) => id).join(','), ...captioned(text) };
  return create(graph, page, { json, madeAt }, options);
}

function image({ url, altText }: PublishableMedia): Record<string, unknown> {
  return { image_url: url, ...(altText === null ? {} : { alt_text: altText }) };
}

function captioned(text: string): Record<string, unknown> {
  return text === '' ? {} : { caption: text };
}

async function create(
  graph: Graph,
  page: PageAccess,
  { json, madeAt }: { json: Record<string, unknown>; madeAt: number },
  options: CallOptions,
): Promise<MediaAnchor> {
  const { id } = await graph.call({
    method: 'POST',
    path: `/${page.externalId}/media`,
    json,
    // A second container is never seen and expires by itself.
    ...harmlessFor(page, options),
    answer: z.object({ id: z.string().min(1) }),
  });
  return { kind: 'container', id, madeAt };
}

/** The state of a container; `null` if Instagram knows it no more. */
export async function readContainer(
  graph: Graph,
  page: PageAccess,
  containerId: string,
  options: CallOptions = {},
): Promise<Container | null> {
  try {
    const { status_code: state, status } = await graph.call({
      method: 'GET',
      path: `/${containerId}`,
      query: { fields: 'status_code,status' },
      ...harmlessFor(page, options),
      answer: containerAnswer,
    });
    return { state, failureCode: failureCodeIn(status) };
  } catch (error) {
    if (saysGone(error)) return null;
    throw error;
  }
}

/** What a container's state means for the process. */
export function judge(container: Container): 'processing' | 'ready' | PublishRefusal {
  switch (container.state) {
    case 'IN_PROGRESS':
      return 'processing';
    case 'FINISHED':
    // Publishing it again is refused by Instagram, so nothing can go wrong with calling it ready.
    case 'PUBLISHED':
      return 'ready';
    case 'EXPIRED':
      return { code: 'processing_failed', providerCode: 'EXPIRED' };
    case 'ERROR':
      return { code: refusalFor(container.failureCode), providerCode: container.failureCode };
  }
}

/** Whether a new container may succeed where this one did not. */
export function isWorthRemaking(container: Container): boolean {
  if (container.state === 'EXPIRED') return true;
  return container.state === 'ERROR' && refusalFor(container.failureCode) === 'processing_failed';
}

const containerAnswer = z.object({
  status_code: z.enum(['IN_PROGRESS', 'FINISHED', 'ERROR', 'EXPIRED', 'PUBLISHED']),
  status: z.string().nullish(),
});

/** "Error: Media upload has failed with error code 2207026" */
function failureCodeIn(status: string | null | undefined): string | null {
  return status?.match(/\b2207\d{3}\b/)?.[0] ?? null;
}

function refusalFor(failureCode: string | null): PublishRefusal['code'] {
  const verdict = failureCode === null ? null : metaVerdict(null, Number(failureCode));
  return verdict?.refusal ?? 'processing_failed';
}
