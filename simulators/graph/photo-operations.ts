import { fetchRemote, type ImageFacts } from '../kernel/media.ts';
import { nextNumericId } from '../kernel/ids.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { actAsPage, readAsPage } from './auth.ts';
import { graphError } from './errors.ts';
import { parseFields, select } from './fields.ts';
import { graphObjects, graphTime, type Photo } from './objects.ts';
import { flag, param, required } from './params.ts';
import { publishPagePost } from './page-post.ts';
import { facebookPage } from './seeds.ts';

const maxPhotoBytes = 4_000_000;

/** Uploading photos to a page: unpublished ones wait for a post that shows them. */
export function photoOperations(world: World): Operation[] {
  const { photos } = graphObjects(world);
  return [
    {
      name: 'facebook.photo.create',
      method: 'POST',
      path: '/:page/photos',
      startsProcessing: true,
      when: ({ params }) => facebookPage(params['page'] ?? '') !== null,
      handle: (call) => upload(world, call),
    },
    {
      name: 'facebook.photo.read',
      method: 'GET',
      path: '/:node',
      when: ({ params }) => photos.get(params['node'] ?? '') !== null,
      handle: (call) => read(world, call),
    },
  ];
}

async function upload(world: World, call: Call): Promise<Answer> {
  const pageId = call.params['page'] ?? '';
  actAsPage(world, call, pageId);
  const image = await imageAt(world, required(call, 'url'));
  if (call.processingFails) throw refusedImage('We could not process this photo. Please try again.');
  const photo: Photo = {
    id: nextNumericId(),
    pageId,
    image,
    altText: param(call, 'alt_text_custom'),
    postId: null,
    createdAt: Date.now(),
  };
  graphObjects(world).photos.put(photo.id, photo);
  if (!flag(call, 'published', true)) return { status: 200, body: { id: photo.id }, effect: true };
  const message = param(call, 'caption') ?? param(call, 'message');
  const post = publishPagePost(world, call, {
    pageId,
    message,
    link: null,
    preview: null,
    photos: [photo],
    video: null,
    published: true,
  });
  return { status: 200, body: { id: photo.id, post_id: post.id }, effect: true };
}

/** Fetches and judges what the caller wants to be shown. */
async function imageAt(world: World, url: string): Promise<ImageFacts> {
  const bytes = await fetchRemote(url);
  if (bytes === null) {
    throw graphError({
      code: 324,
      subcode: 2069019,
      message: '(#324) Missing or invalid image file',
      userTitle: "Can't read files",
      userMessage: 'Your photos could not be uploaded. The URL could not be fetched.',
    });
  }
  const image = await world.media.keep(bytes);
  const taken = image !== null && ['image/jpeg', 'image/png'].includes(image.mimeType);
  if (!taken) throw refusedImage('Your photos should be in JPG or PNG format and less than 4 MB.');
  if (image.bytes > maxPhotoBytes) throw refusedImage('Your photos should be less than 4 MB and saved as JPG or PNG.');
  return image;
}

const refusedImage = (userMessage: string): Error =>
  graphError({
    code: 1,
    subcode: 1366046,
    message: 'Invalid parameter',
    transient: false,
    userTitle: "Can't Read Files",
    userMessage,
  });

function read(world: World, call: Call): Answer {
  const photo = graphObjects(world).photos.get(call.params['node'] ?? '');
  if (photo === null) throw graphError({ code: 100, subcode: 33, message: 'Unsupported get request.' });
  readAsPage(world, call, photo.pageId);
  const { widthPx: width, heightPx: height, sha256 } = photo.image;
  const source = `${world.publicUrl()}/_media/${sha256}`;
  const node = {
    id: photo.id,
    created_time: graphTime(photo.createdAt),
    width,
    height,
    alt_text_custom: photo.altText,
    images: [{ width, height, source }],
    page_story_id: photo.postId,
    from: { id: photo.pageId },
  };
  const fields = param(call, 'fields');
  const body = select(node, 'Photo', fields === null ? null : parseFields(fields), ['created_time', 'id']);
  return { status: 200, body };
}
