import { nextNumericId } from '../kernel/ids.ts';
import type { Answer, Call, Operation } from '../kernel/operation.ts';
import { permalink } from '../kernel/pages.ts';
import type { World } from '../kernel/world.ts';
import { actAsInstagram } from './auth.ts';
import { statusOf } from './container-operations.ts';
import { unknownObject } from './errors.ts';
import { type Node, parseFields, select } from './fields.ts';
import { instagramRefusal } from './instagram-errors.ts';
import { type Container, graphObjects, graphTime, type InstagramMedia } from './objects.ts';
import { page } from './paging.ts';
import { instant, param, required } from './params.ts';
import { instagramAccount } from './seeds.ts';

const quotaWindowMs = 86_400_000;

/** The second step of an Instagram post, and what has been posted. */
export function instagramOperations(world: World): Operation[] {
  const isAccount = ({ params }: Call): boolean => instagramAccount(params['account'] ?? '') !== null;
  return [
    {
      name: 'instagram.media.publish',
      method: 'POST',
      path: '/:account/media_publish',
      when: isAccount,
      handle: (call) => publish(world, call),
    },
    {
      name: 'instagram.media.list',
      method: 'GET',
      path: '/:account/media',
      when: isAccount,
      handle: (c) => list(world, c),
    },
    {
      name: 'instagram.quota.read',
      method: 'GET',
      path: '/:account/content_publishing_limit',
      when: isAccount,
      handle: (call) => quota(world, call),
    },
    {
      name: 'instagram.media.read',
      method: 'GET',
      path: '/:node',
      when: ({ params }) => graphObjects(world).media.get(params['node'] ?? '') !== null,
      handle: (call) => read(world, call),
    },
  ];
}

function publish(world: World, call: Call): Answer {
  const accountId = call.params['account'] ?? '';
  actAsInstagram(world, call, accountId, 'publish');
  const container = graphObjects(world).containers.get(required(call, 'creation_id'));
  if (container === null || container.accountId !== accountId || container.kind === 'child') {
    throw instagramRefusal('noContainer');
  }
  const status = statusOf(world, container);
  if (status === 'PUBLISHED' || status === 'EXPIRED') throw instagramRefusal('noContainer');
  if (status !== 'FINISHED') throw instagramRefusal('notReady');
  if (usage(world, accountId) >= world.settings.current().publishingQuota) throw instagramRefusal('quota');
  const { id } = show(world, call, container);
  return { status: 200, body: { id }, effect: true };
}

function show(world: World, call: Call, container: Container): InstagramMedia {
  const { containers, media } = graphObjects(world);
  const { accountId, caption, altText } = container;
  const id = nextNumericId();
  const now = Date.now();
  const shown = partsOf(world, container);
  const made: InstagramMedia = {
    id,
    accountId,
    containerId: container.id,
    caption,
    altText,
    // What is no child and no carousel is what it was made as; children are never published by themselves.
    kind: container.kind === 'child' ? 'image' : container.kind,
    files: shown.map(({ file }) => ({ kind: file.kind, sha256: file.sha256 })),
    createdAt: now,
  };
  containers.put(container.id, { ...container, mediaId: id });
  media.put(id, made);
  world.publications.put({
    network: 'instagram',
    account: accountId,
    id,
    text: caption,
    rawText: caption,
    media: shown.map(({ file, altText: words }) => ({
      sha256: file.sha256,
      altText: words,
      ...(file.kind === 'video' ? { kind: file.kind } : {}),
    })),
    receivedAt: call.receivedAt,
    publishedAt: now,
    requestId: call.requestId,
    permalink: permalink(world.publicUrl(), accountId, id),
    editedAt: null,
    deletedAt: null,
  });
  return made;
}

interface Part {
  readonly file: NonNullable<Container['file']>;
  readonly altText: string | null;
}

/** The files that visitors see, in their order. */
function partsOf(world: World, container: Container): readonly Part[] {
  const { containers } = graphObjects(world);
  const holders = container.kind === 'carousel' ? container.children.map((id) => containers.get(id)) : [container];
  return holders
    .filter((holder) => holder !== null)
    .flatMap(({ file, altText }) => (file === null ? [] : [{ file, altText }]));
}

const mediaOf = (world: World, accountId: string): InstagramMedia[] =>
  graphObjects(world)
    .media.values()
    .filter((media) => media.accountId === accountId)
    .toReversed();

const usage = (world: World, accountId: string): number =>
  mediaOf(world, accountId).filter(({ createdAt }) => createdAt > Date.now() - quotaWindowMs).length;

function quota(world: World, call: Call): Answer {
  const accountId = call.params['account'] ?? '';
  actAsInstagram(world, call, accountId);
  const total = world.settings.current().publishingQuota;
  const used = { quota_usage: usage(world, accountId) };
  const asked = param(call, 'fields')?.includes('config') === true;
  const config = asked ? { config: { quota_total: total, quota_duration: quotaWindowMs / 1000 } } : {};
  return { status: 200, body: { data: [{ ...config, ...used }] } };
}

function list(world: World, call: Call): Answer {
  const accountId = call.params['account'] ?? '';
  actAsInstagram(world, call, accountId);
  const visibleUntil = Date.now() - world.settings.current().listingDelayMs;
  const [since, until] = [instant(call, 'since'), instant(call, 'until')];
  const media = mediaOf(world, accountId)
    .filter(({ createdAt }) => createdAt <= visibleUntil)
    .filter(({ createdAt }) => since === null || Math.floor(createdAt / 1000) >= since)
    .filter(({ createdAt }) => until === null || Math.floor(createdAt / 1000) <= until);
  return { status: 200, body: page(world, call, media, (item) => told(world, call, item)) };
}

function read(world: World, call: Call): Answer {
  const id = call.params['node'] ?? '';
  const media = graphObjects(world).media.get(id);
  if (media === null) throw unknownObject(id);
  actAsInstagram(world, call, media.accountId);
  return { status: 200, body: told(world, call, media) };
}

function told(world: World, call: Call, media: InstagramMedia): object {
  const fields = param(call, 'fields');
  return select(mediaNode(world, media), 'IGMedia', fields === null ? null : parseFields(fields), ['id']);
}

function mediaNode(world: World, { id, accountId, caption, altText, kind, files, createdAt }: InstagramMedia): Node {
  const { username = '' } = instagramAccount(accountId) ?? {};
  return {
    id,
    caption: caption === '' ? null : caption,
    alt_text: altText,
    permalink: permalink(world.publicUrl(), accountId, id),
    shortcode: Buffer.from(id).toString('base64url').slice(-11),
    timestamp: graphTime(createdAt),
    media_type: mediaTypes[kind],
    media_product_type: kind === 'reel' ? 'REELS' : 'FEED',
    media_url: kind === 'carousel' ? null : `${world.publicUrl()}/_media/${files[0]?.sha256}`,
    children: kind === 'carousel' ? { data: files.map((file, index) => child(world, { id, file, index })) } : null,
    username,
    owner: { id: accountId },
    like_count: 0,
    comments_count: 0,
  };
}

const mediaTypes = { image: 'IMAGE', reel: 'VIDEO', carousel: 'CAROUSEL_ALBUM' } as const;

function child(
  world: World,
  { id, file, index }: { id: string; file: InstagramMedia['files'][number]; index: number },
): Node {
  return {
    id: `${id}${index}`,
    media_type: file.kind === 'video' ? 'VIDEO' : 'IMAGE',
    media_url: `${world.publicUrl()}/_media/${file.sha256}`,
  };
}
