import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { film, largeFilm } from '../support/films.ts';
import type { PersonName } from '../support/fresh-tenant.ts';
import { pdf } from '../support/papers.ts';
import { useTenantApi } from '../support/tenant-api.ts';
import { sendFilm } from '../support/tus-client.ts';

const megabyte = 1_048_576;
const pieceBytes = 8 * megabyte;

describe('an upload by a tus client', () => {
  it('goes on where it was interrupted, and becomes the film that was sent', async () => {
    const bytes = 21 * megabyte + 5;
    const sending = { endpoint: `${tenantApi().api.url}/v1/uploads`, token: tokenOf('elena'), bytes };
    const metadata = { filename: 'Natale è qui.mp4', altText: 'Un albero', filetype: 'video/mp4' };
    const first = await sendFilm({ ...sending, metadata, hangUpAt: (byte) => byte > 12 * megabyte });
    expect(first.hungUp).toBe(true);
    const kept = await untilStored(first.url);
    expect(kept).toBeGreaterThanOrEqual(pieceBytes);
    const second = await sendFilm({ ...sending, uploadUrl: first.url, retryDelaysMs: [300, 300, 300] });
    expect(second.requests.at(-1)).toMatchObject({ method: 'PATCH', status: 204 });
    expect(second.requests.at(-1)?.offset).toBeGreaterThanOrEqual(pieceBytes);
    const { status, body } = await finish(first.url);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: 'video',
      fileName: 'Natale è qui.mp4',
      altText: 'Un albero',
      mimeType: 'video/mp4',
      bytes,
      durationMs: 1_000,
      sha256: await sha256Of(largeFilm(bytes)),
    });
    expect((await finish(first.url)).body.id).toBe(body.id);
    expect(await piecesOf(first.url)).toEqual([]);
  });

  it('may come in small chunks', async () => {
    const content = await film('vp9-opus.webm');
    const url = await begin(content.length);
    for (let at = 0; at < content.length; at += 5_000) {
      const { status, headers } = await send(url, at, content.subarray(at, at + 5_000));
      const next = Math.min(at + 5_000, content.length);
      expect([status, headers.get('upload-offset')]).toEqual([204, String(next)]);
    }
    expect((await finish(url)).body).toMatchObject({ mimeType: 'video/webm', videoCodec: 'vp9', audioCodec: 'opus' });
  });
});

describe('an upload', () => {
  it('says where it stands to HEAD and GET, and speaks the protocol in every answer', async () => {
    const url = await begin(100);
    await send(url, 0, Buffer.alloc(40));
    const head = await call('HEAD', url);
    expect(head.status).toBe(200);
    expect(Object.fromEntries(head.headers)).toMatchObject({
      'upload-offset': '40',
      'upload-length': '100',
      'upload-expires': expect.stringMatching(/GMT$/),
      'tus-resumable': '1.0.0',
      'cache-control': 'no-store',
    });
    expect((await call('GET', url)).body).toMatchObject({ received: 40, length: 100, mediaId: null });
    const options = await call('OPTIONS', '/v1/uploads', { token: '' });
    expect([options.status, options.headers.get('tus-version'), options.headers.get('tus-extension')]).toEqual([
      204,
      '1.0.0',
      'creation,termination,expiration',
    ]);
    expect((await send(url, 7, Buffer.alloc(1))).headers.get('tus-resumable')).toBe('1.0.0');
  });

  it('takes bytes only where it stands, and no more than were announced', async () => {
    const url = await begin(100);
    await send(url, 0, Buffer.alloc(40));
    const elsewhere = await send(url, 0, Buffer.alloc(40));
    expect([elsewhere.status, elsewhere.body.type, elsewhere.body.offset]).toEqual([
      409,
      '/problems/offset-mismatch',
      40,
    ]);
    expect((await send(url, 40, Buffer.alloc(61))).status).toBe(413);
    expect((await call('GET', url)).body.received).toBe(40);
  });

  it('is the latest sender’s: one that was there before finds that it has lost, and adds nothing', async () => {
    const url = await begin(30 * megabyte);
    const slow = slowly(pieceBytes + 10, pieceBytes);
    const early = send(url, 0, slow.body);
    await slow.begun;
    const late = await send(url, 0, Buffer.alloc(1_000, 7));
    expect(late.status).toBe(204);
    slow.goOn();
    expect((await early).body.type).toBe('/problems/offset-mismatch');
    expect((await call('GET', url)).body.received).toBe(1_000);
  });

  it('is not media before all of it has arrived', async () => {
    const url = await begin(100);
    await send(url, 0, Buffer.alloc(99));
    const { status, body } = await finish(url);
    expect([status, body.type, body.received, body.length]).toEqual([409, '/problems/upload-incomplete', 99, 100]);
  });

  it('becomes one media, however many ask for it at once', async () => {
    const content = pdf({ pages: 3 });
    const url = await begin(content.length);
    await send(url, 0, content);
    const answers = await Promise.all([1, 2, 3, 4].map(() => finish(url, { fileName: 'bilancio.pdf' })));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers[0]?.body).toMatchObject({ kind: 'document', pages: 3, fileName: 'bilancio.pdf', widthPx: null });
    expect((await send(url, content.length, Buffer.alloc(0))).body.type).toBe('/problems/upload-complete');
  });

  it('is given up with all that has arrived', async () => {
    const url = await begin(100);
    await send(url, 0, Buffer.alloc(50));
    expect((await call('DELETE', url)).status).toBe(204);
    expect((await call('HEAD', url)).status).toBe(404);
    expect(await piecesOf(url)).toEqual([]);
  });

  it('is nobody else’s to see, to send or to finish', async () => {
    const url = await begin(10);
    for (const [method, path] of [
      ['GET', url],
      ['DELETE', url],
    ] as const) {
      expect((await call(method, path, { token: tokenOf('bruno') })).status).toBe(404);
    }
    expect((await send(url, 0, Buffer.alloc(10), tokenOf('bruno'))).status).toBe(404);
    expect((await call('HEAD', url)).status).toBe(200);
    const viewer = await call('POST', '/v1/uploads', { token: tokenOf('irene'), headers: { 'upload-length': '10' } });
    expect([viewer.status, viewer.body.permission]).toEqual([403, 'media.write']);
  });

  it('that has expired is gone', async () => {
    const url = await begin(10);
    const id = url.split('/').at(-1);
    const long = new Date('2026-01-01');
    await tenantApi().inTenant((trx) =>
      sql`update media_upload set expires_at = ${long} where id = ${id}`.execute(trx),
    );
    expect((await call('HEAD', url)).status).toBe(404);
    expect((await send(url, 0, Buffer.alloc(10))).status).toBe(404);
    expect((await finish(url)).status).toBe(404);
  });

  it.each<[string, Record<string, string>, number]>([
    ['no length', { 'upload-length': '' }, 400],
    ['a length of nothing', { 'upload-length': '0' }, 400],
    ['more than a gigabyte', { 'upload-length': '1000000001' }, 413],
    ['metadata that cannot be read', { 'upload-metadata': 'filename ???' }, 400],
    ['another version of the protocol', { 'tus-resumable': '0.2.2' }, 412],
  ])('with %s is refused', async (_what, headers, expected) => {
    const { status } = await call('POST', '/v1/uploads', { headers: { 'upload-length': '10', ...headers } });
    expect(status).toBe(expected);
  });

  it.each<[string, () => Promise<Buffer> | Buffer, number, string]>([
    ['a film that is cut off', async () => (await film('h264-aac.mp4')).subarray(0, 9_000), 422, 'media-unreadable'],
    ['a PDF that is cut off', () => pdf({ pages: 9 }).subarray(0, 2_000), 422, 'media-unreadable'],
    ['something else', () => Buffer.from('#!/bin/sh\necho hello\n'), 415, 'unsupported-media-type'],
    ['an image beyond what is taken', () => oversizedJpeg(), 413, 'too-large'],
  ])('of %s does not become media', async (_what, make, status, type) => {
    const content = await make();
    const url = await begin(content.length);
    await send(url, 0, content);
    const answer = await finish(url);
    expect([answer.status, answer.body.type]).toEqual([status, `/problems/${type}`]);
  });

  it('is refused when the tenant’s unfinished ones come to 20 GB', async () => {
    const own = await tenantApi().another();
    const headers = { 'tus-resumable': '1.0.0', 'upload-length': '1000000000' };
    const beginLarge = () => own.as('elena', 'POST', '/v1/uploads', undefined, { headers });
    for (let i = 0; i < 20; i += 1) expect((await beginLarge()).status).toBe(201);
    expect((await beginLarge()).body.type).toBe('/problems/too-many-uploads');
  });
});

const tenantApi = useTenantApi();

function tokenOf(person: PersonName): string {
  const { tenant } = tenantApi();
  return Buffer.from(JSON.stringify({ subject: tenant.people[person], tenants: [tenant] })).toString('base64url');
}

function call(
  method: string,
  url: string,
  {
    token = tokenOf('elena'),
    headers = {},
    ...rest
  }: { token?: string; headers?: Record<string, string>; json?: unknown } = {},
) {
  const path = url.replace(tenantApi().api.url, '');
  const present = Object.entries({ 'tus-resumable': '1.0.0', ...headers }).filter(([, value]) => value !== '');
  return tenantApi().api.call(path, { method, token, headers: Object.fromEntries(present), ...rest });
}

async function begin(length: number): Promise<string> {
  const { status, headers } = await call('POST', '/v1/uploads', { headers: { 'upload-length': String(length) } });
  expect(status).toBe(201);
  return headers.get('location') ?? '';
}

async function send(url: string, offset: number, body: Buffer | ReadableStream<Uint8Array>, token = tokenOf('elena')) {
  const response = await fetch(new URL(url, tenantApi().api.url), {
    method: 'PATCH',
    headers: {
      authorization: `Bearer ${token}`,
      'tus-resumable': '1.0.0',
      'upload-offset': String(offset),
      'content-type': 'application/offset+octet-stream',
    },
    body: body instanceof Buffer ? new Uint8Array(body) : body,
    ...(body instanceof Buffer ? {} : { duplex: 'half' }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

function finish(url: string, json: object = {}) {
  return call('POST', `${url}/media`, { json });
}

/** A body that stops in the middle until it is told to go on. */
function slowly(firstBytes: number, restBytes: number) {
  const begun = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(new Uint8Array(1_000));
      begun.resolve();
      await resumed.promise;
      controller.enqueue(new Uint8Array(firstBytes));
      controller.enqueue(new Uint8Array(restBytes));
      controller.close();
    },
  });
  return {
    body,
    begun: begun.promise.then(() => new Promise((resolve) => setTimeout(resolve, 300))),
    goOn: resumed.resolve,
  };
}

/** What has arrived when a client hangs up is stored a moment later. */
async function untilStored(url: string): Promise<number> {
  await expect.poll(async () => (await call('GET', url)).body.received, { timeout: 10_000 }).toBeGreaterThan(0);
  return (await call('GET', url)).body.received;
}

async function sha256Of(source: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of source) hash.update(chunk);
  return hash.digest('hex');
}

async function piecesOf(url: string): Promise<string[]> {
  const { store } = tenantApi().api.config.media;
  if (store.kind !== 'folder') throw new Error('the test stack keeps its media in a folder');
  const folder = join(store.directory, 'pieces', tenantApi().tenant.id, url.split('/').at(-1) ?? '');
  return readdir(folder).catch(() => []);
}

function oversizedJpeg(): Buffer {
  return Buffer.concat([
    Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0]),
    Buffer.alloc(20_000_001),
  ]);
}
