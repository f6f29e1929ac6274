import { expect, test } from 'vitest';
import type { Settings } from '../../simulators/kernel/settings.ts';
import { film } from './support/films.ts';
import { graphAs, pageOf, refusal } from './support/graph.ts';
import { image, serveFiles } from './support/images.ts';

test('a film handed over unseen is processed, then published by one call, once however often it is asked', async () => {
  const { graph, upload, read, published } = await films({ processingDelayMs: 300 });
  const id = await upload({ published: 'false' });
  expect((await read(id)).status).toMatchObject({
    video_status: 'processing',
    uploading_phase: { status: 'complete' },
    processing_phase: { status: 'in_progress' },
    publishing_phase: { status: 'not_started' },
  });
  await expect.poll(async () => (await read(id)).status.video_status).toBe('ready');
  expect(await published()).toEqual([]);

  const publish = () => graph.call(`/${id}`, { form: { published: 'true', description: 'Forno acceso' } });
  expect((await publish()).body).toEqual({ success: true });
  expect((await publish()).body).toEqual({ success: true });
  expect(await published()).toMatchObject([{ text: 'Forno acceso', media: [{ kind: 'video' }] }]);
  const { status, published: isPublished, post_id: postId, permalink_url: permalink } = await read(id);
  expect([status.publishing_phase.status, isPublished]).toEqual(['complete', true]);
  expect(String(permalink)).toMatch(/^\/pages\//);

  const listed = await graph.call(`${graph.page}/published_posts`, {
    query: { fields: 'message,attachments{media_type,target{id}}' },
  });
  expect(listed.body['data']).toMatchObject([
    { id: postId, message: 'Forno acceso', attachments: { data: [{ media_type: 'video', target: { id } }] } },
  ]);
});

test('a film that is to be seen at once is on the page as soon as it is processed', async () => {
  const { upload, published } = await films({ processingDelayMs: 200 });
  await upload({ description: 'In diretta dal forno' });
  expect(await published()).toEqual([]);
  await expect.poll(published).toMatchObject([{ text: 'In diretta dal forno' }]);
});

test.each([
  ['an address that has nothing', 'missing', { status: 400, code: 389 }],
  ['what is no film', 'picture', { status: 400, code: 352 }],
])('Facebook refuses %s', async (_what, file, refused) => {
  const { graph, urlOf } = await films();
  expect(refusal(await graph.call(`${graph.page}/videos`, { form: { file_url: urlOf(file) } }))).toEqual(refused);
});

test('a film that cannot be processed never comes out', async () => {
  const { graph, upload, read, published } = await films();
  await graph.control('/faults', { json: { match: {}, action: 'processing_error' } });
  const id = await upload({});
  expect((await read(id)).status).toMatchObject({ video_status: 'error', processing_phase: { status: 'error' } });
  expect(await published()).toEqual([]);
});

test('a film is edited and deleted under its own id', async () => {
  const { graph, upload, published } = await films();
  const id = await upload({ description: 'Prima' });
  await expect.poll(published).toHaveLength(1);
  expect((await graph.call(`/${id}`, { form: { description: 'Dopo' } })).body).toEqual({ success: true });
  expect((await graph.call(`/${id}`, { method: 'DELETE' })).body).toEqual({ success: true });
  expect(refusal(await graph.call(`/${id}`))).toEqual({ status: 400, code: 100, subcode: 33 });
  expect(await published()).toMatchObject([{ text: 'Dopo', deleted: true }]);
});

test('a reel gets a place, then its film, and is processed only once it is to be published', async () => {
  const { graph, startReel, finish, read, urlOf, published } = await films({ processingDelayMs: 200 });
  const { id, url } = await startReel();
  expect((await read(id)).status).toMatchObject({ uploading_phase: { status: 'in_progress' } });
  expect(refusal(await finish(id))).toEqual({ status: 400, code: 6000, subcode: 1363026 });
  expect(await hand(url, { file_url: urlOf('film') })).toEqual({ success: true });
  expect((await read(id)).status).toMatchObject({
    video_status: 'upload_complete',
    processing_phase: { status: 'not_started' },
  });

  expect((await finish(id)).body).toMatchObject({ success: true });
  expect(await published()).toEqual([]);
  expect((await read(id)).status).toMatchObject({ processing_phase: { status: 'in_progress' } });
  await expect.poll(published).toMatchObject([{ text: 'Un giro in bottega' }]);
  expect((await finish(id)).body).toMatchObject({ success: true });
  expect(await published()).toHaveLength(1);
  expect((await read(id)).status).toMatchObject({
    publishing_phase: { status: 'complete', publish_status: 'published' },
  });
  expect(graph.page).toContain(pageOf.aurora.externalId);
});

test('a reel may be handed over as bytes', async () => {
  const { startReel, finish, published } = await films();
  const { id, url } = await startReel();
  const bytes = await film();
  const body = await hand(url, { offset: '0', file_size: String(bytes.byteLength) }, bytes);
  expect(body).toEqual({ success: true });
  await finish(id);
  await expect.poll(published).toHaveLength(1);
});

test.each([
  ['short', 1363128],
  ['long', 1363128],
  ['wide', 1363040],
  ['tiny', 1363127],
  ['picture', 352],
])('a reel that is %s shows what is wrong with it, and is not published', async (file, code) => {
  const { startReel, finish, read, urlOf, published } = await films();
  const { id, url } = await startReel();
  await hand(url, { file_url: urlOf(file) });
  expect((await read(id)).status).toMatchObject({
    video_status: 'error',
    processing_phase: { status: 'error', errors: [{ code }] },
  });
  expect(refusal(await finish(id))).toEqual({ status: 400, code: 6000, subcode: code });
  expect(await published()).toEqual([]);
});

test("another page's token neither reads nor publishes a film", async () => {
  const { graph, upload, startReel, finish } = await films();
  const [id, reel] = [await upload({ published: 'false' }), await startReel()];
  const foreign = pageOf.lariana.accessToken;
  expect((await graph.call(`/${id}`, {}, foreign)).status).toBe(403);
  expect((await graph.call(`/${id}`, { form: { published: 'true' } }, foreign)).status).toBe(403);
  expect((await finish(reel.id, foreign)).status).toBe(403);
  expect(await graph.published()).toEqual([]);
});

async function films(settings: Partial<Settings> = {}) {
  const urlOf = await serveFiles(await files);
  const graph = await graphAs(settings);
  const { call, page } = graph;
  return {
    graph,
    urlOf,
    published: graph.published,
    upload: async (form: Record<string, string>) =>
      String((await call(`${page}/videos`, { form: { file_url: urlOf('film'), ...form } })).body['id']),
    read: async (id: string) => {
      const { body } = await call(`/${id}`, { query: { fields: 'status,published,post_id,permalink_url' } });
      return body as unknown as { status: Status; published?: boolean; post_id?: string; permalink_url?: string };
    },
    startReel: async () => {
      const { body } = await call(`${page}/video_reels`, { form: { upload_phase: 'start' } });
      return { id: String(body['video_id']), url: String(body['upload_url']) };
    },
    finish: (id: string, token?: string) =>
      call(
        `${page}/video_reels`,
        { form: { upload_phase: 'finish', video_id: id, video_state: 'PUBLISHED', description: 'Un giro in bottega' } },
        token,
      ),
  };
}

interface Status {
  readonly video_status: string;
  readonly publishing_phase: { readonly status: string };
}

/** Hands a film over at the address that was given for it. */
async function hand(url: string, headers: Record<string, string>, bytes?: Buffer): Promise<unknown> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `OAuth ${pageOf.aurora.accessToken}`,
      ...(bytes === undefined ? {} : { 'content-type': 'application/octet-stream' }),
      ...headers,
    },
    ...(bytes === undefined ? {} : { body: new Uint8Array(bytes) }),
  });
  return answer.json();
}

const files = Promise.all([
  film(),
  film({ durationMs: 2_000 }),
  film({ durationMs: 91_000 }),
  film({ widthPx: 1_920, heightPx: 1_080 }),
  film({ widthPx: 270, heightPx: 480 }),
  image('jpeg'),
]).then(([upright, short, long, wide, tiny, picture]) => ({ film: upright, short, long, wide, tiny, picture }));
