import { z } from 'zod';
import type { MediaAnchor } from '../../domain/publication.ts';
import type { CallOptions, PageAccess, PublishableFile } from '../channel.ts';
import { saysGone } from '../meta/errors.ts';
import { type Graph, harmlessFor } from '../meta/graph.ts';

/** Hands over a photo that nobody sees until a post shows it. Facebook fetches it at once. */
export async function uploadUnpublished(
  graph: Graph,
  page: PageAccess,
  image: PublishableFile,
  madeAt: number,
  options: CallOptions | undefined,
): Promise<MediaAnchor> {
  const { id } = await graph.call({
    // A second upload leaves a photo that nobody sees and Facebook drops.
    ...harmlessFor(page, options),
    method: 'POST',
    path: `/${page.externalId}/photos`,
    json: {
      url: image.url,
      published: false,
      ...(image.altText === null ? {} : { alt_text_custom: image.altText }),
    },
    answer: z.object({ id: z.string().min(1) }),
  });
  return { kind: 'photo', id, madeAt };
}

/** Whether a photo that was handed over earlier can still be attached to a post. */
export async function isStillThere(
  graph: Graph,
  page: PageAccess,
  photo: MediaAnchor | null,
  nowMs: number,
  options: CallOptions | undefined,
): Promise<boolean> {
  if (photo === null || nowMs - photo.madeAt >= photoLifetimeMs) return false;
  try {
    await graph.call({
      ...harmlessFor(page, options),
      method: 'GET',
      path: `/${photo.id}`,
      query: { fields: 'id' },
      answer: z.object({ id: z.string() }),
    });
    return true;
  } catch (error) {
    if (saysGone(error)) return false;
    throw error;
  }
}

/** Facebook drops photos that nobody published after about a day. */
const photoLifetimeMs = 20 * 60 * 60_000;
