import { nextNumericId } from '../kernel/ids.ts';
import { type Answer, type Call, type Operation, Refused } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { actAsPage } from './auth.ts';
import { graphError, invalidParameter } from './errors.ts';
import { isTakenFormat, ratioOf } from './film.ts';
import { type FilmFacts, graphObjects, type Video, type VideoFailure } from './objects.ts';
import { param, required } from './params.ts';
import { facebookPage } from './seeds.ts';
import { brokenFilm, filmAt, filmIn, foundVideo } from './video-operations.ts';
import { settled, settleLater } from './video-state.ts';

/** Reels: a place for the film, the film, and its publication once it is processed. */
export function reelOperations(world: World): Operation[] {
  const inPhase =
    (...phases: string[]) =>
    (call: Call): boolean =>
      facebookPage(call.params['page'] ?? '') !== null &&
      phases.includes(param(call, 'upload_phase')?.toLowerCase() ?? '');
  const at = { method: 'POST', path: '/:page/video_reels' } as const;
  return [
    { ...at, name: 'facebook.reel.start', when: inPhase('start'), handle: (call) => start(world, call) },
    { ...at, name: 'facebook.reel.finish', when: inPhase('finish'), handle: (call) => finish(world, call) },
    {
      name: 'facebook.reel.upload',
      method: 'POST',
      path: '/video-upload/:version/:video',
      startsProcessing: true,
      handle: (call) => upload(world, call),
    },
  ];
}

function start(world: World, call: Call): Answer {
  const pageId = call.params['page'] ?? '';
  actAsPage(world, call, pageId);
  const id = nextNumericId();
  const video: Video = {
    id,
    pageId,
    kind: 'reel',
    description: null,
    file: null,
    createdAt: Date.now(),
    processedFrom: null,
    failure: null,
    publication: null,
    postId: null,
    deleted: false,
  };
  graphObjects(world).videos.put(id, video);
  const body = { video_id: id, upload_url: `${world.publicUrl()}/video-upload/v26.0/${id}` };
  return { status: 200, body, effect: true };
}

async function upload(world: World, call: Call): Promise<Answer> {
  const video = foundVideo(world, call, call.params['video'] ?? '');
  actAsPage(world, call, video.pageId);
  const fileUrl = call.headers['file_url'];
  const file = Buffer.isBuffer(call.body)
    ? await filmIn(world, call.body)
    : typeof fileUrl === 'string'
      ? await filmAt(world, fileUrl)
      : null;
  if (file === null) throw uploadRefused('The file could not be fetched.');
  const failure = call.processingFails ? brokenFilm : flawOf(file);
  // A second upload of the same film replaces the first; one that is to be published stays as it is.
  if (video.publication === null) {
    graphObjects(world).videos.put(video.id, { ...video, file: file === 'unreadable' ? null : file, failure });
  }
  return { status: 200, body: { success: true }, effect: true };
}

/** The upload host speaks in a shape of its own. */
const uploadRefused = (message: string): Refused =>
  new Refused({ status: 400, body: { debug_info: { retriable: false, type: 'ProcessingFailedError', message } } });

const minDurationMs = 3_000;
const maxDurationMs = 90_000;
const minWidthPx = 540;
const minHeightPx = 960;
const uprightRatio = 9 / 16;
const ratioTolerance = 0.01;

/** Why the film cannot be a reel, in the codes of Meta's guide. */
function flawOf(file: FilmFacts | 'unreadable'): VideoFailure | null {
  const flaw = (code: number, message: string): VideoFailure => ({ code, message, atOnce: true });
  if (file === 'unreadable' || !isTakenFormat(file)) return flaw(352, 'The video format is not supported.');
  if (Math.abs(ratioOf(file) - uprightRatio) > ratioTolerance) return flaw(1_363_040, 'The aspect ratio must be 9:16.');
  if (file.widthPx < minWidthPx || file.heightPx < minHeightPx) {
    return flaw(1_363_127, 'The resolution must be at least 540 x 960 pixels.');
  }
  if (file.durationMs < minDurationMs || file.durationMs > maxDurationMs) {
    return flaw(1_363_128, 'The duration must be between 3 and 90 seconds.');
  }
  return null;
}

function finish(world: World, call: Call): Answer {
  const pageId = call.params['page'] ?? '';
  actAsPage(world, call, pageId);
  const video = foundVideo(world, call, required(call, 'video_id'));
  if (video.pageId !== pageId || video.kind !== 'reel') throw invalidParameter('(#100) Invalid video_id');
  if (video.publication !== null) return { status: 200, body: { success: true } };
  if (required(call, 'video_state').toUpperCase() !== 'PUBLISHED') return { status: 200, body: { success: true } };
  if (video.file === null || video.failure?.atOnce === true) {
    throw graphError({
      code: 6000,
      subcode: video.failure?.code ?? 1_363_026,
      message: 'There was a problem uploading your video file. Please try again.',
      transient: false,
      userTitle: 'Video upload error',
      userMessage: video.failure?.message ?? 'The upload of the video is not complete.',
    });
  }
  const accepted: Video = {
    ...video,
    description: param(call, 'description'),
    processedFrom: Date.now(),
    publication: { receivedAt: call.receivedAt, requestId: call.requestId },
  };
  graphObjects(world).videos.put(video.id, accepted);
  const { postId } = settled(world, accepted);
  settleLater(world, video.id);
  return { status: 200, body: { success: true, ...(postId === null ? {} : { post_id: postId }) }, effect: true };
}
