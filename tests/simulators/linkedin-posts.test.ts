import { expect, test } from 'vitest';
import { image } from './support/images.ts';
import { author, linkedinAs, memberOf, organizationOf, plainPost, refusal } from './support/linkedin.ts';

test('an image is announced, uploaded, processed, and shown by a post', async () => {
  const { upload, statusOf, post, published, call } = await linkedinAs({ processingDelayMs: 300 });
  const { urn, put } = await upload(await image('jpeg'));
  expect(put.status).toBe(201);
  expect(await statusOf(urn)).toBe('PROCESSING');
  const content = { content: { media: { id: urn, altText: 'La filiale' } } };
  expect(refusal(await post('Troppo presto', content))).toMatchObject({ status: 422, code: 'MEDIA_ASSET_PROCESSING' });
  await expect.poll(() => statusOf(urn)).toBe('AVAILABLE');

  const { status, headers } = await post('Nuova filiale', content);
  expect(status).toBe(201);
  const id = headers.get('x-restli-id') ?? '';
  expect(id).toMatch(/^urn:li:share:7\d{17,}$/);
  expect(headers.get('x-linkedin-id')).toBe(id);
  const read = await call(`/rest/posts/${encodeURIComponent(id)}`);
  expect(read.body).toMatchObject({ id, author, commentary: 'Nuova filiale', ...content });
  expect(await published()).toMatchObject([{ network: 'linkedin', id, media: [{ altText: 'La filiale' }] }]);
});

test("images that are not LinkedIn's to process fail", async () => {
  const { upload, statusOf, post, control } = await linkedinAs();
  for (const bytes of [
    Buffer.from('no image'),
    await image('webp'),
    await image('png', { width: 6100, height: 6100 }),
  ]) {
    const { urn } = await upload(bytes);
    expect(await statusOf(urn)).toBe('PROCESSING_FAILED');
    expect(refusal(await post('x', { content: { media: { id: urn } } }))).toMatchObject({ status: 422 });
  }
  await control('/faults', { json: { match: {}, action: 'processing_error' } });
  const { urn } = await upload(await image('png'));
  expect(await statusOf(urn)).toBe('PROCESSING_FAILED');
});

test("another organisation's image, or one that nobody announced, is not taken", async () => {
  const { upload, post } = await linkedinAs();
  const foreign = await upload(
    await image('png'),
    `urn:li:organization:${organizationOf.lariana.externalId}`,
    organizationOf.lariana.accessToken,
  );
  expect(foreign.put.status).toBe(201);
  const show = async (id: string) => refusal(await post('x', { content: { media: { id } } }));
  expect(await show(foreign.urn)).toEqual({ status: 422, code: 'MEDIA_ASSET_NOT_OWNED' });
  expect(await show('urn:li:image:none')).toEqual({ status: 422, code: 'MEDIA_ASSET_NOT_FOUND' });
});

test('an upload needs the token of who announced it', async () => {
  const { upload, call } = await linkedinAs();
  const { uploadUrl } = await upload(await image('png'));
  const put = { method: 'PUT', bytes: await image('png') };
  expect(refusal(await call(uploadUrl, put, 'nobody'))).toEqual({ status: 401, code: 'INVALID_ACCESS_TOKEN' });
  expect((await call(uploadUrl, put, organizationOf.lariana.accessToken)).status).toBe(403);
});

test('a commentary that was not escaped is cut where readers see it end', async () => {
  const { post, published } = await linkedinAs();
  await post('Sconti (fino al 50%) da domani');
  await post('Sconti \\(fino al 50%\\) da domani #sconti');
  expect(await published()).toMatchObject([
    { text: 'Sconti ', rawText: 'Sconti (fino al 50%) da domani' },
    { text: 'Sconti (fino al 50%) da domani #sconti', rawText: 'Sconti \\(fino al 50%\\) da domani #sconti' },
  ]);
});

test('3,000 characters fit however many escapes they need, one more does not', async () => {
  const { post } = await linkedinAs();
  expect((await post('\\('.repeat(3_000))).status).toBe(201);
  expect(refusal(await post('a'.repeat(3_001)))).toEqual({ status: 422, code: 'FIELD_LENGTH_TOO_LONG' });
});

test('the same words with the same media are a duplicate that names the first', async () => {
  const { post, call, published, upload } = await linkedinAs();
  const first = (await post('Due volte')).headers.get('x-restli-id') ?? '';
  const { status, body } = await post('Due volte');
  expect({ status, message: body['message'] }).toMatchObject({ status: 422, message: expect.stringContaining(first) });
  expect(body['errorDetails']?.['inputErrors']?.[0]?.['code']).toBe('DUPLICATE_POST');
  const { urn } = await upload(await image('png'));
  expect((await post('Due volte', { content: { media: { id: urn } } })).status).toBe(201);
  // Deleting does not make it fresh: the real one goes on refusing for a day or two.
  await call(`/rest/posts/${encodeURIComponent(first)}`, { method: 'DELETE' });
  expect((await post('Due volte')).status).toBe(422);
  expect(await published()).toHaveLength(2);
});

test('posts are listed by their author, newest first, in parts', async () => {
  const { post, call } = await linkedinAs();
  for (const text of ['uno', 'due', 'tre']) await post(text);
  const list = (query: string) =>
    call(`/rest/posts?q=author&author=${encodeURIComponent(author)}&sortBy=CREATED${query}`);
  const first = (await list('&count=2')).body;
  expect(first['elements']?.map(({ commentary }) => commentary)).toEqual(['tre', 'due']);
  expect(first['paging']).toMatchObject({ start: 0, count: 2, total: 3, links: [{ rel: 'next' }] });
  expect((await list('&count=2&start=2')).body['elements']?.map(({ commentary }) => commentary)).toEqual(['uno']);
});

test('a post is edited and deleted; what is gone is 404', async () => {
  const { post, call, published } = await linkedinAs();
  const urn = encodeURIComponent((await post('Prima')).headers.get('x-restli-id') ?? '');
  const edit = (headers: Record<string, string>) =>
    call(`/rest/posts/${urn}`, { json: { patch: { $set: { commentary: 'Dopo' } } }, headers });
  expect((await edit({})).status).toBe(400);
  expect((await edit({ 'x-restli-method': 'PARTIAL_UPDATE' })).status).toBe(204);
  expect(await published()).toMatchObject([{ text: 'Dopo', deleted: false }]);
  for (const _again of [1, 2]) expect((await call(`/rest/posts/${urn}`, { method: 'DELETE' })).status).toBe(204);
  expect(refusal(await call(`/rest/posts/${urn}`))).toEqual({ status: 404, code: 'NOT_FOUND' });
  expect(await published()).toMatchObject([{ deleted: true }]);
});

test('URNs must be percent-encoded', async () => {
  const { call, post } = await linkedinAs();
  const urn = (await post('x')).headers.get('x-restli-id') ?? '';
  expect(refusal(await call(`/rest/posts/${urn}`))).toEqual({ status: 400, code: 'ILLEGAL_ARGUMENT' });
  expect((await call(`/rest/posts?q=author&author=${author}`)).status).toBe(400);
});

test('only an administrator publishes for an organisation', async () => {
  const { call } = await linkedinAs();
  const foreign = await call('/rest/posts', { json: plainPost('x') }, organizationOf.lariana.accessToken);
  expect(refusal(foreign)).toEqual({ status: 403, code: 'ACCESS_DENIED' });
  expect((await call('/rest/posts', { json: plainPost('x') }, memberOf.aurora.accessToken)).status).toBe(201);
});

test("a permalink of LinkedIn's own shape leads to the post", async () => {
  const { post, simulator } = await linkedinAs();
  const urn = (await post('Da leggere')).headers.get('x-restli-id') ?? '';
  const page = await fetch(`${simulator.url}/feed/update/${urn}`);
  expect(page.url).toContain(`/pages/${organizationOf.aurora.externalId}`);
  expect(await page.text()).toContain('Da leggere');
});
