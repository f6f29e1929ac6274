import { z } from 'zod';
import { type CallOptions, ChannelError, type PageAccess, type Published, type PublishOptions } from '../channel.ts';
import { type Graph, harmlessFor } from '../meta/graph.ts';
import { readContainer } from './container.ts';

/** Publishes a container and returns the id of the media. Irreversible. */
export async function publishContainer(
  graph: Graph,
  page: PageAccess,
  containerId: string,
  options: PublishOptions | undefined,
): Promise<string> {
  try {
    const { id } = await graph.call({
      method: 'POST',
      path: `/${page.externalId}/media_publish`,
      json: { creation_id: containerId },
      accessToken: page.accessToken,
      repeat: 'never',
      departWithinMs: options?.departWithinMs,
      signal: options?.signal,
      answer: z.object({ id: z.string().min(1) }),
    });
    return id;
  } catch (error) {
    if (!saysNoSuchContainer(error)) throw error;
    throw (await isPublished(graph, page, containerId, options)) ? alreadyPublished(error) : error;
  }
}

/** Instagram says the same of a container that is unknown, expired or published already. */
function saysNoSuchContainer(error: unknown): error is ChannelError {
  return error instanceof ChannelError && /\/(2207006|2207008)$/.test(error.provider?.code ?? '');
}

async function isPublished(
  graph: Graph,
  page: PageAccess,
  containerId: string,
  options: CallOptions | undefined,
): Promise<boolean> {
  try {
    return (await readContainer(graph, page, containerId, options))?.state === 'PUBLISHED';
  } catch (error) {
    if (error instanceof ChannelError) return false;
    throw error;
  }
}

function alreadyPublished(refusal: ChannelError): ChannelError {
  return new ChannelError('instagram has published this container before.', {
    class: 'content_refused',
    mayHaveActed: false,
    refusal: { code: 'duplicate', providerCode: refusal.provider?.code ?? null },
    provider: refusal.provider,
  });
}

/** The post is out: a read that fails or takes its time must not hold that up. `check` reads the permalink later. */
export async function permalinkOrNull(
  graph: Graph,
  page: PageAccess,
  mediaId: string,
  options: CallOptions | undefined,
): Promise<string | null> {
  const patience = AbortSignal.timeout(permalinkTimeoutMs);
  const signal = options?.signal === undefined ? patience : AbortSignal.any([options.signal, patience]);
  try {
    return (await readMedia(graph, page, mediaId, { signal })).permalink;
  } catch (error) {
    if (error instanceof ChannelError) return null;
    throw error;
  }
}

export async function readMedia(
  graph: Graph,
  page: PageAccess,
  mediaId: string,
  options: CallOptions | undefined,
): Promise<Published> {
  const { id, permalink } = await graph.call({
    method: 'GET',
    path: `/${mediaId}`,
    query: { fields: 'id,permalink' },
    ...harmlessFor(page, options),
    answer: publishedMedia,
  });
  return { providerPostId: id, permalink: permalink ?? null };
}

const permalinkTimeoutMs = 5_000;

const publishedMedia = z.object({ id: z.string(), permalink: z.string().nullish() });
