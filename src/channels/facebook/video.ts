import { z } from 'zod';
import type { MediaAnchor, PublishRefusal } from '../../domain/publication.ts';
import { type CallOptions, ChannelError, type PageAccess, type Prepared, type PublishableFile } from '../channel.ts';
import { saysGone } from '../meta/errors.ts';
import { type Graph, graphTime, harmlessFor } from '../meta/graph.ts';

/** How far Facebook is with a film, whether it is to be a post or a reel. */
export interface Video {
  readonly id: string;
  /** `uploaded`: all bytes are there, and Facebook processes them only once they are to be published. */
  readonly state: 'uploading' | 'uploaded' | 'processing' | 'ready' | 'failed';
  /** Facebook's own code of what went wrong. */
  readonly failureCode: string | null;
  readonly failureMessage: string | null;
  /** `accepted`: to be published as soon as it is processed. */
  readonly publication: 'none' | 'accepted' | 'out';
  readonly permalink: string | null;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** Hands over a film that nobody sees until it is published. Facebook fetches it and goes on to process it. */
export async function uploadUnpublishedVideo(
  graph: Graph,
  page: PageAccess,
  video: PublishableFile,
  madeAt: number,
  options: CallOptions | undefined,
): Promise<MediaAnchor> {
  const { id } = await graph.call({
    // A second upload is a film that nobody sees.
    ...harmlessFor(page, options),
    method: 'POST',
    path: `/${page.externalId}/videos`,
    json: { file_url: video.url, published: false },
    answer: z.object({ id: z.string().min(1) }),
  });
  return { kind: 'video', id, madeAt };
}

/** Hands over a film that is to be a reel: a place for it, then the film itself, which Facebook fetches. */
export async function uploadReel(
  graph: Graph,
  page: PageAccess,
  video: PublishableFile,
  madeAt: number,
  options: CallOptions | undefined,
): Promise<MediaAnchor> {
  const { video_id: id, upload_url: uploadUrl } = await graph.call({
    // A place that is never filled is seen by nobody.
    ...harmlessFor(page, options),
    method: 'POST',
    path: `/${page.externalId}/video_reels`,
    json: { upload_phase: 'start' },
    answer: z.object({ video_id: z.string().min(1), upload_url: z.string().min(1) }),
  });
  await graph.upload({
    ...harmlessFor(page, options),
    url: uploadUrl,
    headers: { file_url: video.url },
    answer: z.object({ success: z.boolean() }),
  });
  return { kind: 'reel', id, madeAt };
}

/** What Facebook knows of a film; `null` if it does not know it. */
export async function readVideo(
  graph: Graph,
  page: PageAccess,
  videoId: string,
  options: CallOptions | undefined,
): Promise<Video | null> {
  try {
    const answer = await graph.call({
      ...harmlessFor(page, options),
      method: 'GET',
      path: `/${videoId}`,
      query: { fields: 'id,status,published,permalink_url,created_time' },
      answer: videoAnswer,
    });
    return asVideo(answer);
  } catch (error) {
    if (saysGone(error)) return null;
    throw error;
  }
}

/** What the state of a film means for the process. */
export function asPrepared(video: Video | null, anchor: MediaAnchor, nowMs: number): Prepared {
  if (video === null) return refused(anchor, null);
  if (video.state === 'failed') return refused(anchor, video.failureCode);
  if (video.state === 'ready' || (video.state === 'uploaded' && anchor.kind === 'reel')) {
    return { state: 'ready', anchor, parts: [] };
  }
  // Published once, it is never handed over again, however it stands.
  if (video.publication !== 'none') return { state: 'ready', anchor, parts: [] };
  return isOld(anchor, nowMs) ? refused(anchor, 'EXPIRED') : { state: 'processing', anchor, parts: [] };
}

/** Whether another upload may succeed where this one did not, or is lost. */
export function isWorthRemaking(video: Video | null, anchor: MediaAnchor, nowMs: number): boolean {
  if (video === null) return true;
  return video.publication === 'none' && (video.state === 'failed' || isOld(anchor, nowMs));
}

/** A film that was accepted for publication and then could not be processed. */
export function processingFailure({ failureCode, failureMessage }: Video): ChannelError {
  return new ChannelError('facebook could not process the film.', {
    class: 'content_refused',
    mayHaveActed: false,
    refusal: { code: 'processing_failed', providerCode: failureCode },
    provider: { status: null, code: failureCode, message: failureMessage },
  });
}

const phaseError = z.object({ code: z.number().nullish(), message: z.string().nullish() });
const phase = z.object({
  status: z.string().nullish(),
  // Meta's documents have `error`, its client library has `errors`.
  error: phaseError.nullish(),
  errors: z.array(phaseError).nullish(),
});

const videoAnswer = z.object({
  id: z.string(),
  published: z.boolean().nullish(),
  permalink_url: z.string().nullish(),
  created_time: graphTime.nullish(),
  status: z
    .object({
      video_status: z.string().nullish(),
      uploading_phase: phase.nullish(),
      processing_phase: phase.nullish(),
      publishing_phase: phase.extend({ publish_status: z.string().nullish() }).nullish(),
    })
    .nullish(),
});

type VideoAnswer = z.infer<typeof videoAnswer>;

function asVideo(answer: VideoAnswer): Video {
  const { status } = answer;
  const failure = [status?.uploading_phase, status?.processing_phase, status?.publishing_phase]
    .flatMap((each) => [each?.error, ...(each?.errors ?? [])])
    .find((error) => error !== undefined && error !== null);
  return {
    id: answer.id,
    state: stateOf(answer),
    failureCode: failure?.code === undefined || failure.code === null ? null : String(failure.code),
    failureMessage: failure?.message ?? null,
    publication: publicationOf(answer),
    permalink: answer.permalink_url ?? null,
    createdAt: answer.created_time ?? 0,
  };
}

/** Values that nobody has taught us count as "at work", never as ready or failed. */
function stateOf({ status }: VideoAnswer): Video['state'] {
  const [overall, uploading, processing] = [
    status?.video_status,
    status?.uploading_phase?.status,
    status?.processing_phase?.status,
  ].map((value) => value?.toLowerCase());
  if (overall === 'ready') return 'ready';
  const failed = ['error', 'expired', 'upload_failed'].includes(overall ?? '');
  if (failed || uploading === 'error' || processing === 'error') return 'failed';
  if (processing === 'complete') return 'ready';
  const uploaded = uploading === 'complete' || overall === 'upload_complete';
  if (!uploaded) return overall === 'processing' && uploading === undefined ? 'processing' : 'uploading';
  return processing === undefined || processing === 'not_started' ? 'uploaded' : 'processing';
}

function publicationOf(answer: VideoAnswer): Video['publication'] {
  const publishing = answer.status?.publishing_phase;
  const step = publishing?.status?.toLowerCase() ?? 'not_started';
  const plan = publishing?.publish_status?.toLowerCase();
  if (plan === 'draft' || plan === 'scheduled') return answer.published === true ? 'accepted' : 'none';
  if (step === 'complete' || plan === 'published') return 'out';
  if (step !== 'not_started') return 'accepted';
  if (answer.published !== true) return 'none';
  return stateOf(answer) === 'ready' ? 'out' : 'accepted';
}

function isOld(anchor: MediaAnchor, nowMs: number): boolean {
  return nowMs - anchor.madeAt >= uploadLifetimeMs;
}

function refused(anchor: MediaAnchor, providerCode: string | null): Prepared {
  const refusal: PublishRefusal = { code: 'processing_failed', providerCode };
  return { state: 'refused', anchor, parts: [], refusal };
}

/** As for photos; how long Facebook keeps a film that nobody published is not documented. */
const uploadLifetimeMs = 20 * 60 * 60_000;
