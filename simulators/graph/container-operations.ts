import { nextNumericId } from '../kernel/ids.ts';
import { fetchRemote, type ImageFacts } from '../kernel/media.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import { codePoints } from '../kernel/text.ts';
import type { World } from '../kernel/world.ts';
import { actAsInstagram } from './auth.ts';
import { invalidParameter, unknownObject } from './errors.ts';
import { parseFields, select } from './fields.ts';
import { instagramRefusal } from './instagram-errors.ts';
import { type Container, graphObjects } from './objects.ts';
import { param } from './params.ts';
import { instagramAccount } from './seeds.ts';

const maxCaptionLength = 2_200;
const maxHashtags = 30;
const maxMentions = 20;
const maxImageBytes = 8 * 1024 * 1024;
const minRatio = 4 / 5;
const maxRatio = 1.91;
/** Instagram forgives what rounding to whole pixels does to a ratio. */
const ratioTolerance = 0.01;

/** The first step of an Instagram post: the container that takes and processes the image. */
export function containerOperations(world: World): Operation[] {
  return [
    {
      name: 'instagram.container.create',
      method: 'POST',
      path: '/:account/media',
      startsProcessing: true,
      when: ({ params }) => instagramAccount(params['account'] ?? '') !== null,
      handle: (call) => create(world, call),
    },
    {
      name: 'instagram.container.read',
      method: 'GET',
      path: '/:node',
      when: ({ params }) => graphObjects(world).containers.get(params['node'] ?? '') !== null,
      handle: (call) => read(world, call),
    },
  ];
}

async function create(world: World, call: Call): Promise<Answer> {
  const accountId = call.params['account'] ?? '';
  actAsInstagram(world, call, accountId);
  const caption = param(call, 'caption') ?? '';
  const mediaType = param(call, 'media_type');
  if (mediaType !== null && mediaType !== 'IMAGE') throw instagramRefusal('mediaType');
  judgeCaption(caption);
  const url = param(call, 'image_url');
  if (url === null) throw invalidParameter('(#100) The parameter image_url is required');
  const image = await imageAt(world, url);
  const now = Date.now();
  const container: Container = {
    id: nextNumericId(),
    accountId,
    caption,
    altText: param(call, 'alt_text'),
    image,
    createdAt: now,
    readyAt: now + world.settings.current().processingDelayMs,
    processingFails: call.processingFails,
    mediaId: null,
  };
  graphObjects(world).containers.put(container.id, container);
  return { status: 200, body: { id: container.id }, effect: true };
}

function judgeCaption(caption: string): void {
  const count = (pattern: RegExp): number => caption.match(pattern)?.length ?? 0;
  const fits =
    codePoints(caption) <= maxCaptionLength &&
    count(/#[\p{L}\p{N}_]+/gu) <= maxHashtags &&
    count(/(?<![\p{L}\p{N}])@[\w.]+/gu) <= maxMentions;
  if (!fits) throw instagramRefusal('caption');
}

async function imageAt(world: World, url: string): Promise<ImageFacts> {
  const bytes = await fetchRemote(url);
  if (bytes === null) throw instagramRefusal('unreachable');
  if (bytes.byteLength > maxImageBytes) throw instagramRefusal('tooLarge');
  const image = await world.media.keep(bytes);
  if (image === null) throw instagramRefusal('unreachable');
  if (image.mimeType !== 'image/jpeg') throw instagramRefusal('format');
  // Any width is taken: Instagram scales to between 320 and 1440 pixels.
  const ratio = image.widthPx / image.heightPx;
  if (ratio < minRatio - ratioTolerance || ratio > maxRatio + ratioTolerance) throw instagramRefusal('ratio');
  return image;
}

export type ContainerStatus = 'IN_PROGRESS' | 'FINISHED' | 'ERROR' | 'EXPIRED' | 'PUBLISHED';

export function statusOf(world: World, container: Container): ContainerStatus {
  const now = Date.now();
  if (container.mediaId !== null) return 'PUBLISHED';
  if (now >= container.createdAt + world.settings.current().containerLifetimeMs) return 'EXPIRED';
  if (now < container.readyAt) return 'IN_PROGRESS';
  return container.processingFails ? 'ERROR' : 'FINISHED';
}

const statusTexts: Readonly<Record<ContainerStatus, string>> = {
  IN_PROGRESS: 'In Progress: Media is still being processed.',
  FINISHED: 'Finished: Media has been uploaded and it is ready to be published.',
  ERROR: 'Error: Media upload has failed with error code 2207032',
  EXPIRED: 'Expired: The container was not published within 24 hours and has expired.',
  PUBLISHED: 'Published: Media has been published.',
};

function read(world: World, call: Call): Answer {
  const id = call.params['node'] ?? '';
  const container = graphObjects(world).containers.get(id);
  if (container === null) throw unknownObject(id);
  actAsInstagram(world, call, container.accountId);
  const status = statusOf(world, container);
  const node = { id, status_code: status, status: statusTexts[status] };
  const fields = param(call, 'fields');
  const body = select(node, 'IGMediaBuilder', fields === null ? null : parseFields(fields), ['id']);
  return { status: 200, body };
}
