import type { World } from '../kernel/world.ts';
import type { Node } from './fields.ts';
import { graphObjects, graphTime, type Video } from './objects.ts';
import { publishPagePost } from './page-post.ts';

type Phase = 'not_started' | 'in_progress' | 'complete' | 'error';

interface Phases {
  readonly uploading: Phase;
  readonly processing: Phase;
  readonly publishing: Phase;
}

/** How far a film is at this instant. */
export function phasesOf(world: World, video: Video): Phases {
  const uploading = video.file === null && video.failure === null ? 'in_progress' : 'complete';
  if (video.failure?.atOnce === true) return { uploading, processing: 'error', publishing: 'not_started' };
  const { processedFrom } = video;
  if (processedFrom === null) return { uploading, processing: 'not_started', publishing: 'not_started' };
  const isOver = Date.now() >= processedFrom + world.settings.current().processingDelayMs;
  if (!isOver) return { uploading, processing: 'in_progress', publishing: 'not_started' };
  if (video.failure !== null) return { uploading, processing: 'error', publishing: 'not_started' };
  return { uploading, processing: 'complete', publishing: video.publication === null ? 'not_started' : 'complete' };
}

/** The film as it is now. One that was to be published and has been processed meanwhile is on the page from here on. */
export function settled(world: World, video: Video): Video {
  const { publication, postId, deleted } = video;
  if (publication === null || postId !== null || deleted || phasesOf(world, video).processing !== 'complete')
    return video;
  const { id } = publishPagePost(world, publication, {
    pageId: video.pageId,
    message: video.description,
    link: null,
    preview: null,
    photos: [],
    video,
    published: true,
  });
  const shown = { ...video, postId: id };
  graphObjects(world).videos.put(video.id, shown);
  return shown;
}

/** Looks again once the processing must be over, whether or not anybody asks. */
export function settleLater(world: World, videoId: string): void {
  const { processingDelayMs } = world.settings.current();
  setTimeout(() => {
    const video = graphObjects(world).videos.get(videoId);
    if (video !== null) settled(world, video);
  }, processingDelayMs + graceMs).unref();
}

const graceMs = 5;

/** A film as Graph tells it. */
export function videoNode(world: World, video: Video): Node {
  const { uploading, processing, publishing } = phasesOf(world, video);
  const errors =
    video.failure === null ? {} : { errors: [{ code: video.failure.code, message: video.failure.message }] };
  return {
    id: video.id,
    description: video.description,
    created_time: graphTime(video.createdAt),
    length: video.file === null ? null : video.file.durationMs / 1_000,
    published: video.postId !== null,
    post_id: video.postId,
    // Facebook leaves the host out.
    permalink_url: `/pages/${video.pageId}#${encodeURIComponent(video.postId ?? video.id)}`,
    from: { id: video.pageId },
    status: {
      video_status: overall({ uploading, processing, publishing }),
      uploading_phase: { status: uploading },
      processing_phase: { status: processing, ...(processing === 'error' ? errors : {}) },
      publishing_phase: { status: publishing, ...(publishing === 'complete' ? { publish_status: 'published' } : {}) },
    },
  };
}

function overall({ uploading, processing }: Phases): string {
  if (processing === 'error') return 'error';
  if (processing === 'complete') return 'ready';
  if (uploading !== 'complete') return 'uploading';
  return processing === 'not_started' ? 'upload_complete' : 'processing';
}
