import { z } from 'zod';
import type { MediaAnchor, PublishRefusal } from '../../domain/publication.ts';
import type { CallOptions, PageAccess, Prepared, PublishableContent } from '../channel.ts';
import { saysGone } from '../meta/errors.ts';
import { type Graph, harmlessFor } from '../meta/graph.ts';
import { metaVerdict } from '../meta/verdicts.ts';

export type ContainerState = 'IN_PROGRESS' | 'FINISHED' | 'ERROR' | 'EXPIRED' | 'PUBLISHED';

export interface Container {
  readonly state: ContainerState;
  /** The subcode of what went wrong, as text; `null` if nothing did or Instagram does not say. */
  readonly failureCode: string | null;
}

/** Hands over an image and its caption. Instagram fetches the image, at once or later. */
export async function makeContainer(
  graph: Graph,
  page: PageAccess,
  content: PublishableContent,
  madeAt: number,
  options: CallOptions = {},
): Promise<MediaAnchor> {
  const image = content.media[0];
  const { id } = await graph.call({
    method: 'POST',
    path: `/${page.externalId}/media`,
    json: {
      ...(image === undefined ? {} : { image_url: image.url }),
      ...(content.text === '' ? {} : { caption: content.text }),
      ...(image === undefined || image.altText === null ? {} : { alt_text: image.altText }),
    },
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
export function asPrepared(container: Container, anchor: MediaAnchor): Prepared {
  switch (container.state) {
    case 'IN_PROGRESS':
      return { state: 'processing', anchor, parts: [] };
    case 'FINISHED':
    // Publishing it again is refused by Instagram, so nothing can go wrong with calling it ready.
    case 'PUBLISHED':
      return { state: 'ready', anchor, parts: [] };
    case 'EXPIRED':
      return refused(anchor, 'processing_failed', 'EXPIRED');
    case 'ERROR':
      return refused(anchor, refusalFor(container.failureCode), container.failureCode);
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

function refused(anchor: MediaAnchor, code: PublishRefusal['code'], providerCode: string | null): Prepared {
  return { state: 'refused', anchor, parts: [], refusal: { code, providerCode } };
}
