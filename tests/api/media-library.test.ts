import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { film } from '../support/films.ts';
import { fetchSigned, fileForm } from '../support/media-files.ts';
import { pdf } from '../support/papers.ts';
import { uploadImage, useTenantApi } from '../support/tenant-api.ts';

describe('uploading something else than a still image', () => {
  it('takes an animated GIF as an image with frames, and makes a still JPEG of it', async () => {
    const { body } = await upload(fileForm(await animation(), 'neve.gif'));
    expect(body).toMatchObject({ kind: 'image', mimeType: 'image/gif', frames: 3, widthPx: 40, heightPx: 20 });
    expect((await sharp((await fetchFile(body.urls.jpeg.url)).bytes).metadata()).pages).toBeUndefined();
  });

  it('takes a film, of which it knows size, length and codecs', async () => {
    const { status, body } = await upload(fileForm(new Uint8Array(await film('h264-aac.mp4')), 'film.mp4'));
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: 'video',
      mimeType: 'video/mp4',
      widthPx: 320,
      heightPx: 180,
      durationMs: 1_000,
      videoCodec: 'avc',
      audioCodec: 'aac',
      framesPerSecond: 25,
      frames: null,
      pages: null,
      thumbnail: null,
      urls: { jpeg: null },
    });
  });

  it('takes a film that stands upright, silent', async () => {
    const { body } = await upload(fileForm(new Uint8Array(await film('rotated-silent.mov')), 'storia.mov'));
    expect(body).toMatchObject({ mimeType: 'video/quicktime', widthPx: 180, heightPx: 320, audioCodec: null });
  });

  it('takes a PDF, whose pages it has counted', async () => {
    const { body } = await upload(fileForm(new Uint8Array(pdf({ pages: 7 })), 'bilancio.pdf'));
    expect(body).toMatchObject({
      kind: 'document',
      mimeType: 'application/pdf',
      pages: 7,
      widthPx: null,
      frames: null,
    });
  });

  it('refuses a PDF that needs a key', async () => {
    const { status, body } = await upload(fileForm(new Uint8Array(await encryptedPdf()), 'segreto.pdf'));
    expect([status, body.type]).toEqual([422, '/problems/media-encrypted']);
  });
});

describe('the words of a file', () => {
  it('can be changed, each for itself, until nothing is left of them', async () => {
    const id = await uploadImage(tenantApi(), { altText: 'Un albero' });
    const edit = (json: object) => tenantApi().as('elena', 'PATCH', `/v1/media/${id}`, json);
    expect((await edit({ fileName: 'albero.png' })).body).toMatchObject({
      altText: 'Un albero',
      fileName: 'albero.png',
    });
    expect((await edit({ altText: 'Un abete' })).body).toMatchObject({ altText: 'Un abete', fileName: 'albero.png' });
    expect((await edit({ altText: null })).body.altText).toBeNull();
    expect((await edit({ fileName: ' ' })).status).toBe(422);
    expect((await tenantApi().as('irene', 'PATCH', `/v1/media/${id}`, { altText: 'x' })).status).toBe(403);
  });

  it('stay as they are while people decide on a post that shows them', async () => {
    const id = await uploadImage(tenantApi(), { altText: 'Un albero' });
    const edit = (json: object) => tenantApi().as('elena', 'PATCH', `/v1/media/${id}`, json);
    const post = await postWith(id);
    expect((await edit({ altText: 'Un abete' })).status).toBe(200);
    await tenantApi().as('elena', 'POST', `/v1/posts/${post}/submit`);
    const refused = await edit({ altText: 'Un pino' });
    expect([refused.status, refused.body.type]).toEqual([409, '/problems/in-use']);
    expect(refused.body.posts).toEqual([{ id: post, status: 'in_review' }]);
    expect((await edit({ altText: 'Un abete' })).status).toBe(200);
    await tenantApi().as('elena', 'POST', `/v1/posts/${post}/cancel`);
    expect((await edit({ altText: 'Un pino' })).status).toBe(200);
  });
});

describe('deleting a file', () => {
  it('ends its addresses, and leaves others with the same bytes alone', async () => {
    const [gone, kept] = [await uploadImage(tenantApi(), { width: 61 }), await uploadImage(tenantApi(), { width: 61 })];
    const read = async (id: string) => (await tenantApi().as('elena', 'GET', `/v1/media/${id}`)).body;
    const address = (await read(gone)).urls.original.url;
    expect((await tenantApi().as('elena', 'DELETE', `/v1/media/${gone}`)).status).toBe(204);
    expect((await fetchFile(address)).status).toBe(404);
    expect((await tenantApi().as('elena', 'DELETE', `/v1/media/${gone}`)).status).toBe(404);
    expect((await fetchFile((await read(kept)).urls.original.url)).status).toBe(200);
  });

  it('is refused while any version of a post names it, today’s or an earlier one', async () => {
    const id = await uploadImage(tenantApi());
    const post = await postWith(id);
    const path = `/v1/posts/${post}`;
    const headers = { 'if-match': '*' };
    const edited = await tenantApi().as('elena', 'PATCH', path, { mediaIds: [] }, { headers });
    expect(edited.status).toBe(200);
    const { status, body } = await tenantApi().as('elena', 'DELETE', `/v1/media/${id}`);
    expect([status, body.type, body.posts]).toEqual([409, '/problems/in-use', [{ id: post, status: 'draft' }]]);
    expect((await tenantApi().as('elena', 'DELETE', path, undefined, { headers })).status).toBe(204);
    expect((await tenantApi().as('elena', 'DELETE', `/v1/media/${id}`)).status).toBe(204);
  });

  it('and naming it in a post at the same moment never leaves a post without its file', async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = await uploadImage(tenantApi(), { width: 20, height: 20 });
      const [deleted, created] = await Promise.all([
        tenantApi().as('elena', 'DELETE', `/v1/media/${id}`),
        tenantApi().as('elena', 'POST', '/v1/posts', { text: 'Ciao', mediaIds: [id], targets: [] }),
      ]);
      expect([
        [204, 422],
        [409, 201],
      ]).toContainEqual([deleted.status, created.status]);
    }
  });
});

describe('a list of media', () => {
  it('is narrowed by kind, by name and by whether a post names the file', async () => {
    const own = await tenantApi().another();
    const send = async (content: Uint8Array<ArrayBuffer>, name: string) =>
      (await own.as('elena', 'POST', '/v1/media', undefined, { body: fileForm(content, name) })).body.id as string;
    const image = await uploadImage(own);
    const moving = await send(new Uint8Array(await film('h264-aac.mp4')), 'Festa 100%.mp4');
    const paper = await send(new Uint8Array(pdf({ pages: 1 })), 'listino.pdf');
    await own.as('elena', 'POST', '/v1/posts', { text: 'Ciao', mediaIds: [image], targets: [] });
    const found = async (query: string) =>
      (await own.as('irene', 'GET', `/v1/media?${query}`)).body.items.map((item: { id: string }) => item.id);
    expect(await found('kind=video')).toEqual([moving]);
    expect(await found('search=LISTINO')).toEqual([paper]);
    expect(await found('search=0%25')).toEqual([moving]);
    expect(await found('search=%25')).toEqual([moving]);
    expect(await found('unused=true')).toEqual([paper, moving]);
    expect(await found('unused=false')).toEqual([image]);
    const [listed] = (await own.as('irene', 'GET', '/v1/media?kind=image')).body.items;
    expect(listed).toMatchObject({ id: image, usedBy: 1 });
    const small = await sharp((await fetchFile(listed.thumbnail.url)).bytes).metadata();
    expect([small.format, small.width]).toEqual(['jpeg', 480]);
  });
});

const tenantApi = useTenantApi();
const fetchFile = (url: string) => fetchSigned(tenantApi(), url);

function upload(body: FormData) {
  return tenantApi().as('elena', 'POST', '/v1/media', undefined, { body });
}

async function postWith(mediaId: string): Promise<string> {
  const [page] = (await tenantApi().as('elena', 'GET', '/v1/connections?network=facebook')).body.items;
  const content = { text: 'Buon Natale', mediaIds: [mediaId], targets: [{ connectionId: page.id }] };
  const { status, body } = await tenantApi().as('elena', 'POST', '/v1/posts', content);
  expect(status).toBe(201);
  return body.id;
}

async function animation(): Promise<Uint8Array<ArrayBuffer>> {
  const frames = Buffer.from(Array.from({ length: 40 * 60 * 3 }, (_, i) => (i * i) & 0xff));
  const raw = { width: 40, height: 60, channels: 3, pageHeight: 20 } as const;
  return new Uint8Array(
    await sharp(frames, { raw })
      .gif({ delay: [100, 100, 100] })
      .toBuffer(),
  );
}

function encryptedPdf(): Promise<Buffer> {
  return readFile(new URL('../support/papers/encrypted.pdf', import.meta.url));
}
