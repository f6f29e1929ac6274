import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadJob, type PublicationDependencies } from '../../src/activities/publication-job.ts';
import type { Channels } from '../../src/channels/registry.ts';
import { insertMedia } from '../../src/db/media.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { ConnectionId, MediaId, Sha256 } from '../../src/domain/ids.ts';
import type { FileFacts } from '../../src/domain/media.ts';
import type { PublishingNetwork } from '../../src/domain/network.ts';
import { newId } from '../../src/platform/new-id.ts';
import type { Storage } from '../../src/platform/storage.ts';
import { folderStorage } from '../../src/platform/storage/folder.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

test('a channel is given each file as what it is, in the author’s order, with its words', async () => {
  const { content } = await job('linkedin');
  expect(content.media).toMatchObject([
    { kind: 'video', mimeType: 'video/mp4', bytes: 8, durationMs: 61_000, altText: null },
    { kind: 'image', mimeType: 'image/gif', bytes: 5, altText: 'La neve' },
    { kind: 'document', mimeType: 'application/pdf', title: 'listino.pdf' },
  ]);
});

test('it reads any part of a file, and no more than that', async () => {
  const [film] = (await job('facebook')).content.media;
  expect(Buffer.from((await film?.read({ start: 2, end: 6 })) ?? []).toString()).toBe('lm b');
  expect(Buffer.from((await film?.read()) ?? []).toString()).toBe('film big');
  expect(film?.url).toMatch(/\/original\?expires=/);
});

test('a network that takes no GIF is given the JPEG of its first frame', async () => {
  const [, still] = (await job('facebook')).content.media;
  expect(still).toMatchObject({ kind: 'image', mimeType: 'image/jpeg', bytes: 6 });
  expect(Buffer.from((await still?.read()) ?? []).toString()).toBe('frame1');
  expect(still?.url).toMatch(/\/jpeg\?expires=/);
});

const app = databaseAs('app');
const rows = oneRowPerTable();
const tenantId = rows.tenant.id;
const masterKeys = [{ version: 1, bytes: randomBytes(32) }];
let directory = '';
let storage: Storage;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chorally-job-'));
  storage = folderStorage(directory);
  const files = { film: newId<MediaId>(), snow: newId<MediaId>(), paper: newId<MediaId>() };
  const target = { connectionId: rows.connection.id, text: null, mediaIds: null, format: 'feed' };
  const content = { text: 'Ciao', mediaIds: Object.values(files), link: null, targets: [target] };
  const post_revision = { ...rows.post_revision, content: JSON.stringify(content) };
  await withTenant(app.db, tenantId, async (trx) => {
    // Keys and tokens are not what this is about.
    const { tenant_key: _key, connection_secret: _secret, ...keyless } = { ...rows, post_revision };
    await insertRows(trx, keyless as OneRowPerTable);
  });
  await save(files.film, 'film big', { fileName: 'film.mp4', altText: null }, (file) => ({
    ...file,
    kind: 'video',
    mimeType: 'video/mp4',
    widthPx: 1_080,
    heightPx: 1_920,
    durationMs: 61_000,
    videoCodec: 'avc',
    audioCodec: null,
    framesPerSecond: 25,
  }));
  const size = { widthPx: 100, heightPx: 100 };
  await save(files.snow, 'moves', { fileName: 'neve.gif', altText: 'La neve' }, (file) => ({
    ...file,
    kind: 'image',
    mimeType: 'image/gif',
    ...size,
    frames: 9,
  }));
  await save(files.paper, 'paper', { fileName: 'listino.pdf', altText: null }, (file) => ({
    ...file,
    kind: 'document',
    mimeType: 'application/pdf',
    pages: 3,
  }));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** A network's own job: which one it is, the key says. */
function job(network: PublishingNetwork) {
  const dependencies: PublicationDependencies = {
    db: app.db,
    channels: {} as Channels,
    storage,
    mediaUrls: { publicUrl: 'http://localhost', urlKey: 'k'.repeat(32) },
    masterKeys,
    refresh: async () => ({ kind: 'not_renewable' }),
    clock: () => Date.now(),
    stopping: new AbortController().signal,
    onCall: () => undefined,
  };
  const { post, post_revision, post_target } = rows;
  const connectionId: ConnectionId = rows.connection.id;
  const ids = { postId: post.id, revisionId: post_revision.id, targetId: post_target.id, connectionId };
  return loadJob(dependencies, { tenantId, ...ids, network });
}

async function save(
  id: MediaId,
  content: string,
  words: { fileName: string; altText: string | null },
  factsOf: (file: { sha256: Sha256; bytes: number }) => FileFacts,
): Promise<void> {
  const original = factsOf(await keep(content));
  const still = original.kind === 'image' ? await keep('frame1') : null;
  const jpeg = { kind: 'image', mimeType: 'image/jpeg', widthPx: 100, heightPx: 100, frames: 1 } as const;
  const renditions = still === null ? {} : { jpeg: { ...jpeg, ...still } };
  const by = rows.tenant_member.user_id;
  const media = { tenantId, id, original, renditions, ...words, by, now: new Date() };
  await withTenant(app.db, tenantId, (trx) => insertMedia(trx, media));
}

async function keep(content: string): Promise<{ sha256: Sha256; bytes: number }> {
  const file = await storage.receive(tenantId, Readable.from([Buffer.from(content)]), { maxBytes: 1_000 });
  await file.keep();
  return { sha256: file.sha256 as Sha256, bytes: file.bytes };
}
