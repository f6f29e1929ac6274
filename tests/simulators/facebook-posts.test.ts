import { expect, test } from 'vitest';
import { graphAs, pageOf, personOf, refusal } from './support/graph.ts';
import { heavyJpeg, image, serveFiles } from './support/images.ts';

test('a post is on the page under the permalink that was answered, and in the log at its instant', async () => {
  const { post, page, call, published } = await graphAs();
  const before = Date.now();
  const { status, body } = await post({ message: 'Buongiorno 🌿', fields: 'id,permalink_url' });
  expect(status).toBe(200);
  expect(body['permalink_url']).toContain(`/pages${page}#`);

  const listed = await call(`${page}/published_posts`, { query: { fields: 'id,message,created_time' } });
  expect(listed.body['data']).toEqual([
    { id: body['id'], message: 'Buongiorno 🌿', created_time: expect.stringMatching(/^\d{4}-.*\+0000$/) },
  ]);
  const [shown] = await published();
  expect(shown).toMatchObject({ network: 'facebook', account: page.slice(1), id: body['id'], text: 'Buongiorno 🌿' });
  expect(shown?.['receivedAt']).toBeGreaterThanOrEqual(before);
  expect(shown?.['receivedAt']).toBeLessThanOrEqual(Date.now());
  expect(await (await fetch(String(body['permalink_url']))).text()).toContain('Buongiorno 🌿');
});

test.each(['json', 'json text in a form', 'numbered fields in a form'])(
  'a photo uploaded before is shown by the post that attaches it, sent as %s',
  async (how) => {
    const urlOf = await serveFiles({ 'a.jpg': await image('jpeg') });
    const { call, page, published } = await graphAs();
    const photo = await call(`${page}/photos`, { json: { url: urlOf('a.jpg'), published: false } });
    expect(await published()).toEqual([]);
    const id = String(photo.body['id']);

    const attached = `{"media_fbid":"${id}"}`;
    const made = await call(
      `${page}/feed`,
      how === 'json'
        ? { json: { message: 'Con foto', attached_media: [{ media_fbid: id }] } }
        : {
            form: {
              message: 'Con foto',
              [how.startsWith('json') ? 'attached_media' : 'attached_media[0]']: how.startsWith('json')
                ? `[${attached}]`
                : attached,
            },
          },
    );
    expect(made.status).toBe(200);
    const { body } = await call(`${page}/published_posts`, { query: { fields: 'attachments{target{id}}' } });
    expect(body['data']).toEqual([{ id: made.body['id'], attachments: { data: [{ target: { id } }] } }]);
    expect((await published())[0]?.['media']).toEqual([
      { sha256: expect.stringMatching(/^[0-9a-f]{64}$/), altText: null },
    ]);
  },
);

test('a photo that is not uploaded as unpublished becomes a post at once', async () => {
  const urlOf = await serveFiles({ 'a.png': await image('png') });
  const { call, page, published } = await graphAs();
  const { body } = await call(`${page}/photos`, { form: { url: urlOf('a.png'), caption: 'Vetrina' } });
  expect(await published()).toMatchObject([{ id: body['post_id'], text: 'Vetrina' }]);
});

test('a photo is attached to one post only', async () => {
  const urlOf = await serveFiles({ 'a.jpg': await image('jpeg') });
  const { call, page, published } = await graphAs();
  const { body } = await call(`${page}/photos`, { json: { url: urlOf('a.jpg'), published: false } });
  const post = { json: { message: 'Una volta', attached_media: [{ media_fbid: body['id'] }] } };
  await call(`${page}/feed`, post);
  expect(refusal(await call(`${page}/feed`, post))).toEqual({ status: 400, code: 100, subcode: 1366051 });
  expect(await published()).toHaveLength(1);
});

test('images that Facebook does not take are refused', async () => {
  const urlOf = await serveFiles({
    webp: await image('webp'),
    text: Buffer.from('<html>not an image</html>'),
    heavy: await heavyJpeg(4_000_000),
  });
  const { call, page } = await graphAs();
  const upload = async (url: string) => refusal(await call(`${page}/photos`, { form: { url, published: 'false' } }));
  for (const name of ['webp', 'text', 'heavy']) expect(await upload(urlOf(name))).toMatchObject({ subcode: 1366046 });
  expect(await upload(urlOf('missing'))).toEqual({ status: 400, code: 324, subcode: 2069019 });
});

test('the same words twice in a row are a duplicate, until something else was said', async () => {
  const { post, published } = await graphAs();
  await post({ message: 'Siamo aperti' });
  expect(refusal(await post({ message: 'Siamo aperti' }))).toEqual({ status: 400, code: 506 });
  await post({ message: 'Domani no' });
  expect((await post({ message: 'Siamo aperti' })).status).toBe(200);
  expect(await published()).toHaveLength(3);
});

test('texts are measured in code points: 63,206 fit, one more does not, none is nothing', async () => {
  const { post } = await graphAs();
  expect((await post({ message: '😀'.repeat(63_206) })).status).toBe(200);
  expect(refusal(await post({ message: 'a'.repeat(63_207) }))).toEqual({ status: 400, code: 100 });
  expect(refusal(await post({ message: '' }))).toEqual({ status: 400, code: 100 });
});

test('a post is edited and deleted, and the log tells both', async () => {
  const { post, call, published } = await graphAs();
  const id = String((await post({ message: 'Orari' })).body['id']);
  expect((await call(`/${id}`, { form: { message: 'Nuovi orari' } })).body).toEqual({ success: true });
  expect((await call(`/${id}`, { query: { fields: 'message' } })).body).toEqual({ id, message: 'Nuovi orari' });
  expect((await call(`/${id}`, { method: 'DELETE' })).body).toEqual({ success: true });
  expect(refusal(await call(`/${id}`))).toEqual({ status: 400, code: 100, subcode: 33 });
  expect(refusal(await call(`/${id}`, { method: 'DELETE' }))).toEqual({ status: 400, code: 100, subcode: 33 });
  expect(await published()).toMatchObject([{ text: 'Nuovi orari', deleted: true }]);
});

test('a listing goes on where its cursor points, newest first, and keeps to since and until', async () => {
  const { post, call, page } = await graphAs();
  for (const message of ['uno', 'due', 'tre']) await post({ message });
  const first = await call(`${page}/published_posts`, { query: { fields: 'message', limit: '2' } });
  expect(first.body['data']?.map(({ message }) => message)).toEqual(['tre', 'due']);
  const next = await fetch(String(first.body['paging']?.['next']), {
    headers: { authorization: `Bearer ${pageOf.aurora.accessToken}` },
  });
  expect(await next.json()).toMatchObject({ data: [{ message: 'uno' }] });
  const tomorrow = String(Math.floor(Date.now() / 1000) + 86_400);
  expect((await call(`${page}/published_posts`, { query: { since: tomorrow } })).body['data']).toEqual([]);
  expect((await call(`${page}/feed`, { query: { until: tomorrow } })).body['data']).toHaveLength(3);
});

test("another page's token, a person's token, none, a wrong one: each is refused in Facebook's words", async () => {
  const { call, page, simulator } = await graphAs();
  const publish = async (token: string) => refusal(await call(`${page}/feed`, { form: { message: 'x' } }, token));
  expect(await publish(pageOf.lariana.accessToken)).toEqual({ status: 403, code: 200 });
  expect(await publish(personOf.aurora.accessToken)).toEqual({ status: 403, code: 210 });
  expect(await publish('EAAB-nobody')).toEqual({ status: 400, code: 190 });
  const none = await fetch(`${simulator.url}/v26.0${page}/feed`, { method: 'POST' });
  expect(await none.json()).toMatchObject({ error: { code: 104, type: 'OAuthException' } });
  const other = await call(`${page}/published_posts`, {}, pageOf.lariana.accessToken);
  expect(refusal(other)).toEqual({ status: 403, code: 10 });
});

test('every answer carries the usage headers', async () => {
  const { call, control, page } = await graphAs();
  await control('/settings', { json: { usage: { callCount: 97, estimatedTimeToRegainAccessMin: 12 } } });
  const { headers } = await call(page);
  expect(JSON.parse(headers.get('x-app-usage') ?? '')).toMatchObject({ call_count: 97 });
  expect(JSON.parse(headers.get('x-page-usage') ?? '')).toMatchObject({ call_count: 97 });
  const business = JSON.parse(headers.get('x-business-use-case-usage') ?? '') as object;
  expect(business).toEqual({ [page.slice(1)]: [expect.objectContaining({ estimated_time_to_regain_access: 12 })] });
  expect(headers.get('facebook-api-version')).toBe('v26.0');
});
