import { z } from 'zod';
import {
  type CallOptions,
  ChannelError,
  type PageAccess,
  type Prepared,
  type PublishableContent,
  type Published,
  type PublishOptions,
} from '../channel.ts';
import type { Graph } from '../meta/graph.ts';
import { readVideo } from './video.ts';

/** A post as the calls that make and read one answer it. */
export const postAnswer = z.object({ id: z.string().min(1), permalink_url: z.string().nullish() });

export function asPublished({ id, permalink_url: permalink }: z.infer<typeof postAnswer>): Published {
  return { providerPostId: id, permalink: permalink ?? null };
}

/** Text, link, photo or album: one call that nothing before it has shown anybody. Irreversible. */
export async function publishPost(
  graph: Graph,
  page: PageAccess,
  { content, prepared }: { content: PublishableContent; prepared: Prepared },
  options: PublishOptions | undefined,
): Promise<Published> {
  const made = await graph.call({
    ...onceFor(page, options),
    method: 'POST',
    path: `/${page.externalId}/feed`,
    query: { fields: 'id,permalink_url' },
    json: feedPost(content, prepared),
    answer: postAnswer,
  });
  return asPublished(made);
}

/**
 * Shows a film that has been uploaded and processed. Irreversible, and about one film: a second call could show nothing
 * else.
 */
export async function publishVideo(
  graph: Graph,
  page: PageAccess,
  { videoId, text }: { videoId: string; text: string },
  options: PublishOptions | undefined,
): Promise<void> {
  await graph.call({
    ...onceFor(page, options),
    method: 'POST',
    path: `/${videoId}`,
    json: { published: true, ...(text === '' ? {} : { description: text }) },
    answer: succeeded,
  });
}

/** Ends the upload of a reel and has it published as soon as Facebook has processed it. Irreversible. */
export async function publishReel(
  graph: Graph,
  page: PageAccess,
  { videoId, text }: { videoId: string; text: string },
  options: PublishOptions | undefined,
): Promise<void> {
  await graph.call({
    ...onceFor(page, options),
    method: 'POST',
    path: `/${page.externalId}/video_reels`,
    json: {
      upload_phase: 'finish',
      video_id: videoId,
      video_state: 'PUBLISHED',
      ...(text === '' ? {} : { description: text }),
    },
    answer: succeeded,
  });
}

/** How a film stands right after its call. What cannot be read now is read later: the call was answered. */
export async function standingOf(
  graph: Graph,
  page: PageAccess,
  videoId: string,
  options: CallOptions | undefined,
): Promise<{ readonly permalink: string | null; readonly isOut: boolean }> {
  const patience = AbortSignal.timeout(standingTimeoutMs);
  const signal = options?.signal === undefined ? patience : AbortSignal.any([options.signal, patience]);
  try {
    const video = await readVideo(graph, page, videoId, { signal });
    return { permalink: video?.permalink ?? null, isOut: video?.publication === 'out' };
  } catch (error) {
    if (error instanceof ChannelError) return { permalink: null, isOut: false };
    throw error;
  }
}

const standingTimeoutMs = 5_000;
const succeeded = z.object({ success: z.literal(true) });

function onceFor(page: PageAccess, options: PublishOptions | undefined) {
  return {
    accessToken: page.accessToken,
    repeat: 'never',
    departWithinMs: options?.departWithinMs,
    signal: options?.signal,
  } as const;
}

function feedPost({ text, media, link }: PublishableContent, { anchor, parts }: Prepared): Record<string, unknown> {
  const photos = anchor === null ? parts : [anchor];
  return {
    ...(text === '' ? {} : { message: text }),
    ...(photos.length === 0 ? {} : { attached_media: photos.map(({ id }) => ({ media_fbid: id })) }),
    // Facebook makes the preview from the page behind the link.
    ...(link === null || media.length > 0 ? {} : { link: link.url }),
    published: true,
  };
}
