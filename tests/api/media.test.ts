import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { signedMediaUrl } from '../../src/platform/signed-url.ts';
import { film } from '../support/films.ts';
import { fetchSigned, fileForm, hereOf } from '../support/media-files.ts';
import { imageForm, uploadImage, useTenantApi } from '../support/tenant-api.ts';

describe('uploading an image', () => {
  it('stores it with its dimensions, its type and a JPEG made from it', async () => {
    const { status, body, headers } = await upload(
      await imageForm({ width: 2_000, height: 1_000, altText: 'Un albero' }),
    );
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/media/${body.id}`);
    expect(body).toMatchObject({
      fileName: 'natale.png',
      altText: 'Un albero',
      mimeType: 'image/png',
      widthPx: 2_000,
      heightPx: 1_000,
      uploadedBy: { name: 'Elena Conti' },
    });
    const jpeg = await fetchFile(body.urls.jpeg.url);
    expect(await sharp(jpeg.bytes).metadata()).toMatchObject({ format: 'jpeg', width: 1_440, height: 720 });
  });

  it('believes the bytes and not the name', async () => {
    const form = new FormData();
    const png = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    form.append('file', new File([new Uint8Array(png)], 'photo.jpg', { type: 'image/jpeg' }));
    expect((await upload(form)).body.mimeType).toBe('image/png');
    expect(await upload(fileForm('<?php echo 1; ?>', 'image.png'))).toMatchObject({
      status: 415,
      body: { accepted: expect.arrayContaining(['image/jpeg', 'image/gif', 'video/mp4', 'application/pdf']) },
    });
  });

  it('refuses a damaged image', async () => {
    const whole = (await imageForm({ format: 'jpeg' })).get('file');
    if (!(whole instanceof File)) throw new Error('no file');
    const half = new Uint8Array(await whole.arrayBuffer()).subarray(0, whole.size / 2);
    const { status, body } = await upload(fileForm(half, 'halb.jpg'));
    expect([status, body.type]).toEqual([422, '/problems/media-unreadable']);
  });

  it('refuses a file that is too large before it has read it all', async () => {
    const large = await upload(fileForm(new Uint8Array(20_100_000), 'gross.jpg'));
    expect([large.status, large.body.type]).toEqual([413, '/problems/too-large']);
    await nothingIncoming();
  });

  it('refuses a file that grows too large on the way', async () => {
    const chunks = (async function* () {
      yield Buffer.from(`--b\r\ncontent-disposition: form-data; name="file"; filename="x.jpg"\r\n\r\n`);
      for (let i = 0; i < 30; i += 1) yield Buffer.alloc(1_000_000);
    })();
    const { as } = tenantApi();
    const answer = await as('elena', 'POST', '/v1/media', undefined, {
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: new Uint8Array(Buffer.concat(await Array.fromAsync(chunks))),
    });
    expect(answer.status).toBe(413);
    await nothingIncoming();
  });

  it('leaves nothing behind when it breaks off', async () => {
    await breakOff();
    await nothingIncoming();
    expect((await tenantApi().as('elena', 'GET', '/v1/media')).status).toBe(200);
  });

  it.each<[string, number, string, (form: FormData) => void]>([
    ['no file', 422, '/file', (form) => form.delete('file')],
    ['two files', 422, '/file', (form) => form.append('file', new File(['x'], 'b.png'))],
    ['a field that is not known', 422, '/caption', (form) => form.append('caption', 'x')],
    ['a file in another field', 422, '/image', (form) => form.append('image', new File(['x'], 'b.png'))],
    ['an endless description', 422, '/altText', (form) => form.append('altText', 'x'.repeat(1_001))],
  ])('refuses a form with %s: %i', async (_what, expected, pointer, change) => {
    const form = await imageForm({ width: 20, height: 20 });
    change(form);
    const { status, body } = await upload(form);
    expect([status, body.errors[0].pointer]).toEqual([expected, pointer]);
    await nothingIncoming();
  });

  it.each([
    ['multipart/form-data', 'x', 400],
    ['multipart/form-data; boundary=b', 'no form at all', 400],
    ['application/json', '{}', 415],
  ])('refuses %s with "%s": %i', async (contentType, text, expected) => {
    const { status } = await tenantApi().as('elena', 'POST', '/v1/media', undefined, {
      headers: { 'content-type': contentType },
      body: text,
    });
    expect(status).toBe(expected);
  });

  it('of the same bytes twice is two entries on one stored file', async () => {
    const form = () => imageForm({ width: 33, height: 33 });
    const [first, second] = [await upload(await form()), await upload(await form())];
    expect(second.body.id).not.toBe(first.body.id);
    expect(second.body.sha256).toBe(first.body.sha256);
    expect((await fetchFile(first.body.urls.original.url)).status).toBe(200);
  });

  it('repeated with its key is one entry; with another file it is refused', async () => {
    const call = async (width: number) =>
      tenantApi().as('elena', 'POST', '/v1/media', undefined, {
        body: await imageForm({ width, height: 40 }),
        headers: { 'idempotency-key': 'upload-once' },
      });
    const [first, again, other] = [await call(40), await call(40), await call(41)];
    expect(again.body.id).toBe(first.body.id);
    expect([other.status, other.body.type]).toEqual([422, '/problems/idempotency-key-reused']);
    expect((await fetchFile(first.body.urls.original.url)).status).toBe(200);
  });

  it('is for those who may write media', async () => {
    const { status, body } = await tenantApi().as('irene', 'POST', '/v1/media', undefined, { body: await imageForm() });
    expect([status, body.permission]).toEqual([403, 'media.write']);
  });
});

describe('the media of a tenant', () => {
  it('are listed newest first, in pages', async () => {
    const own = await tenantApi().another();
    const ids = [];
    for (const width of [10, 11, 12]) ids.unshift(await uploadImage(own, { width, height: 10 }));
    const page = (await own.as('irene', 'GET', '/v1/media?limit=2')).body;
    expect(page.items.map((item: { id: string }) => item.id)).toEqual(ids.slice(0, 2));
    const rest = (await own.as('irene', 'GET', `/v1/media?limit=2&cursor=${page.nextCursor}`)).body;
    expect([rest.items.map((item: { id: string }) => item.id), rest.nextCursor]).toEqual([ids.slice(2), null]);
  });

  it('are not seen by another tenant', async () => {
    const id = await uploadImage(tenantApi());
    const other = await tenantApi().another();
    expect((await other.as('elena', 'GET', `/v1/media/${id}`)).status).toBe(404);
  });
});

describe('a signed address', () => {
  it('gives the bytes to whoever has it, and says what they are', async () => {
    const { body } = await upload(await imageForm({ width: 50, height: 50, format: 'webp' }));
    const { status, headers, bytes } = await fetchFile(body.urls.original.url);
    expect(status).toBe(200);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(body.sha256);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'image/webp',
      'content-length': String(body.bytes),
      'x-content-type-options': 'nosniff',
      etag: `"${body.sha256}"`,
      'cache-control': expect.stringMatching(/^private, max-age=\d+/),
    });
  });

  it('answers a HEAD with its headers alone', async () => {
    const { body } = await upload(await imageForm({ width: 51, height: 50 }));
    const response = await fetch(here(body.urls.jpeg.url), { method: 'HEAD' });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(100);
  });

  it('gives any part of a file, as players and networks ask for it', async () => {
    const { body } = await upload(fileForm(new Uint8Array(await film('h264-aac.mp4')), 'film.mp4'));
    const whole = await film('h264-aac.mp4');
    const get = (headers: Record<string, string>, method = 'GET') =>
      fetch(here(body.urls.original.url), { method, headers });
    const part = await get({ range: 'bytes=100-199' });
    expect([part.status, part.headers.get('content-range'), part.headers.get('content-length')]).toEqual([
      206,
      `bytes 100-199/${whole.length}`,
      '100',
    ]);
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(100, 200))).toBe(true);
    const head = await get({ range: 'bytes=-10' }, 'HEAD');
    expect([head.status, head.headers.get('content-length'), head.headers.get('accept-ranges')]).toEqual([
      206,
      '10',
      'bytes',
    ]);
    const beyond = await get({ range: `bytes=${whole.length}-` });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${whole.length}`]);
    const changed = await get({ range: 'bytes=0-9', 'if-range': '"other bytes"' });
    expect([changed.status, (await changed.arrayBuffer()).byteLength]).toEqual([200, whole.length]);
  });

  it('that was changed or has expired opens nothing, and does not tell whether there was something', async () => {
    const { api, tenant } = tenantApi();
    const mediaId = await uploadImage(tenantApi());
    const sign = (grant: object, urlKey = api.config.media.urlKey) =>
      signedMediaUrl(
        { ...api.config.media, urlKey },
        { tenantId: tenant.id, mediaId, kind: 'jpeg', expiresAt: Date.now() + 60_000, ...grant },
      );
    expect((await fetchFile(sign({}))).status).toBe(200);
    const nowhere = '0193f2c4-6a51-7d1e-9d3b-5f0f6f1c2a77';
    const refused = [
      sign({ expiresAt: Date.now() - 1_000 }),
      sign({}, 'another-key-another-key-another-key'),
      sign({}).replace(mediaId, nowhere),
      sign({}).replace('/jpeg?', '/original?'),
      `${sign({})}x`,
    ];
    for (const url of refused) expect((await fetchFile(url)).status).toBe(403);
    expect((await fetchFile(sign({ mediaId: nowhere }))).status).toBe(404);
    const other = await tenantApi().another();
    expect((await fetchFile(sign({ tenantId: other.tenant.id }))).status).toBe(404);
  });
});

const tenantApi = useTenantApi();

const here = (url: string) => hereOf(tenantApi(), url);
const fetchFile = (url: string) => fetchSigned(tenantApi(), url);

function upload(body: FormData) {
  return tenantApi().as('elena', 'POST', '/v1/media', undefined, { body });
}

/** Other files' tests upload beside this one: what they are taking in is gone in a moment too. */
async function nothingIncoming(): Promise<void> {
  await expect.poll(incoming, { timeout: 10_000 }).toEqual([]);
}

async function incoming(): Promise<string[]> {
  const { store } = tenantApi().api.config.media;
  if (store.kind !== 'folder') throw new Error('the test stack keeps its media in a folder');
  return readdir(join(store.directory, 'incoming')).catch(() => []);
}

/** Sends the beginning of a form and hangs up. */
function breakOff(): Promise<void> {
  const { api, tenant } = tenantApi();
  const token = Buffer.from(JSON.stringify({ subject: tenant.people.elena, tenants: [tenant] })).toString('base64url');
  return new Promise((resolve) => {
    const sent = request(`${api.url}/v1/media`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'multipart/form-data; boundary=b' },
    });
    sent.on('error', () => resolve());
    sent.write('--b\r\ncontent-disposition: form-data; name="file"; filename="x.jpg"\r\n\r\n');
    sent.write(Buffer.alloc(200_000));
    expect
      .poll(incoming)
      .not.toEqual([])
      .then(
        () => sent.destroy(),
        () => sent.destroy(),
      );
  });
}
