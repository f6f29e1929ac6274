import { expect, test } from 'vitest';
import { film } from './support/films.ts';
import { image } from './support/images.ts';
import type { Json } from './support/http.ts';
import { author, linkedinAs, refusal } from './support/linkedin.ts';

const pdf = Buffer.from('%PDF-1.7\n%%EOF\n');

test('several images make one post, from two to twenty', async () => {
  const { upload, post, published } = await linkedinAs({ processingDelayMs: 0 });
  const urns: string[] = [];
  for (const background of ['red', 'green']) urns.push((await upload(await image('png', { background }))).urn);
  const show = (shown: readonly string[]) =>
    post('Album', { content: { multiImage: { images: shown.map((id) => ({ id, altText: `di ${id}` })) } } });

  expect(refusal(await show(urns.slice(0, 1)))).toEqual({ status: 422, code: 'INVALID_IMAGE_COUNT' });
  expect(refusal(await show(Array.from({ length: 21 }, () => urns[0] ?? '')))).toMatchObject({ status: 422 });
  const { headers } = await show(urns);

  expect(headers.get('x-restli-id')).toMatch(/^urn:li:ugcPost:/);
  expect(await published()).toMatchObject([{ media: [{ altText: `di ${urns[0]}` }, { altText: `di ${urns[1]}` }] }]);
});

test('a film comes in pieces, is put together once, and is then processed', async () => {
  const { begin, putPieces, finish, statusOf, post } = await films();
  const bytes = Buffer.concat([await film({ durationMs: 5_000 }), freeBox(5_000_000)]);
  const { urn, pieces } = await begin(bytes.byteLength);
  expect(pieces.map(({ firstByte, lastByte }) => [firstByte, lastByte])).toEqual([
    [0, 4_194_303],
    [4_194_304, bytes.byteLength - 1],
  ]);
  const names = await putPieces(pieces, bytes);

  expect(refusal(await finish(urn, names.slice(0, 1)))).toMatchObject({ status: 400 });
  expect((await finish(urn, names)).status).toBe(200);
  expect(refusal(await finish(urn, names))).toMatchObject({ status: 400 });
  await expect.poll(() => statusOf(urn)).toBe('AVAILABLE');
  const shown = await post('Film', { content: { media: { id: urn, title: 'Il forno' } } });
  expect(shown.headers.get('x-restli-id')).toMatch(/^urn:li:ugcPost:/);
});

test.each([
  ['too short', () => film({ durationMs: 2_000 })],
  ['no film', async () => Buffer.from('not a film at all')],
])('a film that is %s fails in processing', async (_what, make) => {
  const { begin, putPieces, finish, statusOf, post } = await films();
  const bytes = await make();
  const { urn, pieces } = await begin(bytes.byteLength);
  await finish(urn, await putPieces(pieces, bytes));

  await expect.poll(() => statusOf(urn)).toBe('PROCESSING_FAILED');
  expect(refusal(await post('x', { content: { media: { id: urn } } }))).toMatchObject({
    code: 'MEDIA_ASSET_PROCESSING_FAILED',
  });
});

test('a document is uploaded like an image and shown with its title', async () => {
  const { call, post } = await linkedinAs({ processingDelayMs: 0 });
  const begun = await call('/rest/documents?action=initializeUpload', {
    json: { initializeUploadRequest: { owner: author } },
  });
  const value = begun.body['value'] ?? ({} as Json);
  const [uploadUrl, document] = [String(value['uploadUrl']), String(value['document'])];
  expect((await call(uploadUrl, { method: 'PUT', bytes: pdf })).status).toBe(201);
  const read = await call(`/rest/documents/${encodeURIComponent(document)}`);
  expect(read.body).toMatchObject({ id: document, status: 'AVAILABLE' });

  expect((await post('Listino', { content: { media: { id: document, title: 'Listino 2027' } } })).status).toBe(201);
  // Only images make an album.
  const album = { content: { multiImage: { images: [{ id: document }, { id: document }] } } };
  expect(refusal(await post('x', album))).toEqual({ status: 422, code: 'MEDIA_ASSET_WRONG_TYPE' });
});

test('a link is shown as an article, which needs a title', async () => {
  const { upload, post, call } = await linkedinAs({ processingDelayMs: 0 });
  const { urn } = await upload(await image('png'));
  const article = { source: 'https://banca.example/mutui', title: 'Mutui', thumbnail: urn };

  expect(refusal(await post('x', { content: { article: { source: article.source } } }))).toMatchObject({ status: 422 });
  const id = (await post('Mutui', { content: { article } })).headers.get('x-restli-id') ?? '';
  expect((await call(`/rest/posts/${encodeURIComponent(id)}`)).body).toMatchObject({ content: { article } });
});

interface Piece {
  readonly uploadUrl: string;
  readonly firstByte: number;
  readonly lastByte: number;
}

async function films() {
  const { call, post } = await linkedinAs({ processingDelayMs: 50 });
  return {
    post,
    begin: async (bytes: number) => {
      const json = { initializeUploadRequest: { owner: author, fileSizeBytes: bytes } };
      const { body } = await call('/rest/videos?action=initializeUpload', { json });
      const { video, uploadInstructions } = body['value'] ?? ({} as Json);
      return { urn: String(video), pieces: uploadInstructions as unknown as Piece[] };
    },
    putPieces: async (pieces: readonly Piece[], bytes: Buffer) => {
      const names: string[] = [];
      for (const { uploadUrl, firstByte, lastByte } of pieces) {
        const put = { method: 'PUT', bytes: bytes.subarray(firstByte, lastByte + 1) };
        names.push(((await call(uploadUrl, put)).headers.get('etag') ?? '').replaceAll('"', ''));
      }
      return names;
    },
    finish: (video: string, uploadedPartIds: readonly string[]) =>
      call('/rest/videos?action=finalizeUpload', {
        json: { finalizeUploadRequest: { video, uploadToken: '', uploadedPartIds } },
      }),
    statusOf: async (urn: string) => (await call(`/rest/videos/${encodeURIComponent(urn)}`)).body['status'],
  };
}

/** A box that players skip. */
function freeBox(bytes: number): Buffer {
  const box = Buffer.alloc(bytes);
  box.writeUInt32BE(bytes, 0);
  box.write('free', 4);
  return box;
}
