import { nextNumericId } from '../kernel/ids.ts';
import { fetchRemote } from '../kernel/media.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { actAsPage, readAsPage } from './auth.ts';
import { graphError, unknownObject } from './errors.ts';
import { parseFields, select } from './fields.ts';
import { isTakenFormat } from './film.ts';
import { type FilmFacts, graphObjects, type Video } from './objects.ts';
import { flag, param, required } from './params.ts';
import { facebookPage } from './seeds.ts';
import { settled, settleLater, videoNode } from './video-state.ts';

/** Films of a page: handing them over unseen or to be seen, publishing, editing and deleting them. */
export function videoOperations(world: World): Operation[] {
  const isVideo = ({ params }: Call): boolean => graphObjects(world).videos.get(params['node'] ?? '') !== null;
  const publishes = (call: Call): boolean => isVideo(call) && flag(call, 'published', false);
  const at = { path: '/:node', when: isVideo };
  return [
    {
      name: 'facebook.video.create',
      method: 'POST',
      path: '/:page/videos',
      startsProcessing: true,
      when: ({ params }) => facebookPage(params['page'] ?? '') !== null,
      handle: (call) => upload(world, call),
    },
    { ...at, name: 'facebook.video.read', method: 'GET', handle: (call) => read(world, call) },
    { ...at, name: 'facebook.video.publish', method: 'POST', when: publishes, handle: (call) => publish(world, call) },
    { ...at, name: 'facebook.video.edit', method: 'POST', handle: (call) => edit(world, call) },
    { ...at, name: 'facebook.video.delete', method: 'DELETE', handle: (call) => remove(world, call) },
  ];
}

export function foundVideo(world: World, call: Call, id: string): Video {
  const video = graphObjects(world).videos.get(id);
  if (video === null || video.deleted) throw unknownObject(id, call.method.toLowerCase());
  return settled(world, video);
}

async function upload(world: World, call: Call): Promise<Answer> {
  const pageId = call.params['page'] ?? '';
  actAsPage(world, call, pageId);
  const file = await filmAt(world, required(call, 'file_url'));
  if (file === null) {
    throw graphError({
      code: 389,
      message: '(#389) Unable to fetch video file from URL.',
      transient: false,
      userTitle: 'Unable to fetch video',
      userMessage: 'The film could not be fetched from this URL.',
    });
  }
  if (file === 'unreadable' || !isTakenFormat(file)) throw badFormat();
  const now = Date.now();
  const isPublic = flag(call, 'published', true);
  const video: Video = {
    id: nextNumericId(),
    pageId,
    kind: 'video',
    description: param(call, 'description'),
    file,
    createdAt: now,
    processedFrom: now,
    failure: call.processingFails ? brokenFilm : null,
    publication: isPublic ? { receivedAt: call.receivedAt, requestId: call.requestId } : null,
    postId: null,
    deleted: false,
  };
  graphObjects(world).videos.put(video.id, video);
  if (isPublic) settleLater(world, video.id);
  return { status: 200, body: { id: video.id }, effect: true };
}

/** Fetches a film; `null` if there is nothing, `unreadable` if it is none. */
export async function filmAt(world: World, url: string): Promise<FilmFacts | 'unreadable' | null> {
  const bytes = await fetchRemote(url);
  return bytes === null ? null : filmIn(world, bytes);
}

export async function filmIn(world: World, bytes: Buffer): Promise<FilmFacts | 'unreadable'> {
  const file = await world.media.keepFile(bytes);
  return file?.kind === 'video' ? file : 'unreadable';
}

export const brokenFilm = { code: 6000, message: 'There was a problem processing your video.', atOnce: false } as const;

const badFormat = (): Error =>
  graphError({
    code: 352,
    message: '(#352) Sorry, the video file you selected is in a format that we do not support.',
    transient: false,
    userTitle: 'Unsupported video format',
    userMessage: 'The video file you selected is in a format that we do not support.',
  });

function read(world: World, call: Call): Answer {
  const video = foundVideo(world, call, call.params['node'] ?? '');
  readAsPage(world, call, video.pageId);
  const fields = param(call, 'fields');
  const asked = fields === null ? null : parseFields(fields);
  return { status: 200, body: select(videoNode(world, video), 'Video', asked, ['id', 'description', 'created_time']) };
}

/** Shows a film that was handed over unseen. Asked again it changes nothing: a film is one object. */
function publish(world: World, call: Call): Answer {
  const video = foundVideo(world, call, call.params['node'] ?? '');
  actAsPage(world, call, video.pageId);
  if (video.publication !== null) return { status: 200, body: { success: true } };
  const shown = {
    ...video,
    description: param(call, 'description') ?? video.description,
    publication: { receivedAt: call.receivedAt, requestId: call.requestId },
  };
  graphObjects(world).videos.put(video.id, shown);
  settled(world, shown);
  settleLater(world, video.id);
  return { status: 200, body: { success: true }, effect: true };
}

function edit(world: World, call: Call): Answer {
  const video = foundVideo(world, call, call.params['node'] ?? '');
  actAsPage(world, call, video.pageId);
  const { videos, posts } = graphObjects(world);
  const description = required(call, 'description');
  videos.put(video.id, { ...video, description });
  const post = posts.get(video.postId ?? '');
  if (post !== null) posts.put(post.id, { ...post, message: description, updatedAt: Date.now() });
  const shown = world.publications.get(video.postId ?? '');
  if (shown !== null) {
    world.publications.put({ ...shown, text: description, rawText: description, editedAt: Date.now() });
  }
  return { status: 200, body: { success: true }, effect: true };
}

function remove(world: World, call: Call): Answer {
  const video = foundVideo(world, call, call.params['node'] ?? '');
  actAsPage(world, call, video.pageId);
  const { videos, posts } = graphObjects(world);
  videos.put(video.id, { ...video, deleted: true });
  const post = posts.get(video.postId ?? '');
  if (post !== null) posts.put(post.id, { ...post, deleted: true });
  const shown = world.publications.get(video.postId ?? '');
  if (shown !== null) world.publications.put({ ...shown, deletedAt: Date.now() });
  return { status: 200, body: { success: true }, effect: true };
}
