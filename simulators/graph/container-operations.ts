import { nextNumericId } from '../kernel/ids.ts';
import { fetchRemote, type ImageFacts } from '../kernel/media.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import { codePoints } from '../kernel/text.ts';
import type { World } from '../kernel/world.ts';
import { actAsInstagram } from './auth.ts';
import { invalidParameter, unknownObject } from './errors.ts';
import { parseFields, select } from './fields.ts';
import { isTakenFormat } from './film.ts';
import { instagramRefusal } from './instagram-errors.ts';
import { type Container, graphObjects } from './objects.ts';
import { flag, ids, param } from './params.ts';
import { instagramAccount } from './seeds.ts';
import { filmAt } from './video-operations.ts';

const maxCaptionLength = 2_200;
const maxHashtags = 30;
const maxMentions = 20;
const maxImageBytes = 8 * 1024 * 1024;
const minRatio = 4 / 5;
const maxRatio = 1.91;
/** Instagram forgives what rounding to whole pixels does to a ratio. */
const ratioTolerance = 0.01;

/** The first steps of an Instagram post: the containers that take and process its images and films. */
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
  actAsInstagram(world, call, accountId, 'publish');
  const caption = param(call, 'caption') ?? '';
  judgeCaption(caption);
  const content = await contentOf(world, call, accountId);
  const now = Date.now();
  const container: Container = {
    id: nextNumericId(),
    accountId,
    caption,
    altText: param(call, 'alt_text'),
    ...content,
    createdAt: now,
    readyAt: now + world.settings.current().processingDelayMs,
    failureCode: call.processingFails ? createFailed : content.failureCode,
    mediaId: null,
  };
  graphObjects(world).containers.put(container.id, container);
  return { status: 200, body: { id: container.id }, effect: true };
}

type Content = Pick<Container, 'kind' | 'file' | 'children' | 'failureCode'>;

async function contentOf(world: World, call: Call, accountId: string): Promise<Content> {
  const isChild = flag(call, 'is_carousel_item', false);
  switch (param(call, 'media_type')?.toUpperCase() ?? 'IMAGE') {
    case 'IMAGE': {
      const url = param(call, 'image_url');
      if (url === null) throw invalidParameter('(#100) The parameter image_url is required');
      return { kind: isChild ? 'child' : 'image', file: await imageAt(world, url), children: [], failureCode: null };
    }
    case 'VIDEO':
      // A film of its own is a reel since July 2023.
      if (!isChild) throw instagramRefusal('mediaType');
      return { kind: 'child', children: [], ...(await filmOf(world, call, maxChildMs)) };
    case 'REELS':
      return { kind: isChild ? 'child' : 'reel', children: [], ...(await filmOf(world, call, maxReelMs)) };
    case 'CAROUSEL':
      return { kind: 'carousel', file: null, children: childrenOf(world, call, accountId), failureCode: null };
    default:
      throw instagramRefusal('mediaType');
  }
}

/** A film is fetched and judged while the container is already there: what is wrong with it shows in its status. */
async function filmOf(world: World, call: Call, maxMs: number): Promise<Pick<Container, 'file' | 'failureCode'>> {
  const url = param(call, 'video_url');
  if (url === null) throw invalidParameter('(#100) The parameter video_url is required');
  const file = await filmAt(world, url);
  if (file === null) return { file: null, failureCode: notFetched };
  if (file === 'unreadable') return { file: null, failureCode: badFilm };
  const cover = Number(param(call, 'thumb_offset') ?? 0);
  if (!(cover >= 0 && cover < file.durationMs)) throw instagramRefusal('cover');
  const isTaken = isTakenFormat(file) && file.durationMs >= minFilmMs && file.durationMs <= maxMs;
  return { file, failureCode: isTaken ? null : badFilm };
}

function childrenOf(world: World, call: Call, accountId: string): readonly string[] {
  const children = ids(call, 'children');
  if (children.length < minChildren || children.length > maxChildren) throw instagramRefusal('carousel');
  for (const id of children) {
    const child = graphObjects(world).containers.get(id);
    if (child === null || child.accountId !== accountId || child.kind !== 'child') throw instagramRefusal('noChild');
    const status = statusOf(world, child);
    if (status === 'EXPIRED') throw instagramRefusal('noContainer');
    if (status !== 'FINISHED') throw instagramRefusal('notReady');
  }
  return children;
}

const minChildren = 2;
const maxChildren = 10;
const minFilmMs = 3_000;
const maxChildMs = 60_000;
const maxReelMs = 15 * 60_000;

const createFailed = 2_207_032;
const badFilm = 2_207_026;
const notFetched = 2_207_052;

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
  return container.failureCode === null ? 'FINISHED' : 'ERROR';
}

const statusTexts: Readonly<Record<Exclude<ContainerStatus, 'ERROR'>, string>> = {
  IN_PROGRESS: 'In Progress: Media is still being processed.',
  FINISHED: 'Finished: Media has been uploaded and it is ready to be published.',
  EXPIRED: 'Expired: The container was not published within 24 hours and has expired.',
  PUBLISHED: 'Published: Media has been published.',
};

function statusText(status: ContainerStatus, { failureCode }: Container): string {
  return status === 'ERROR' ? `Error: Media upload has failed with error code ${failureCode}` : statusTexts[status];
}

function read(world: World, call: Call): Answer {
  const id = call.params['node'] ?? '';
  const container = graphObjects(world).containers.get(id);
  if (container === null) throw unknownObject(id);
  actAsInstagram(world, call, container.accountId);
  const status = statusOf(world, container);
  const node = { id, status_code: status, status: statusText(status, container) };
  const fields = param(call, 'fields');
  const body = select(node, 'IGMediaBuilder', fields === null ? null : parseFields(fields), ['id']);
  return { status: 200, body };
}
