import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { seedApp } from '../../simulators/seed.ts';
import { graphAs, instagramOf, pageOf, personOf, refusal } from './support/graph.ts';

const app = { client_id: seedApp.meta.clientId, client_secret: seedApp.meta.clientSecret };

test('from consent to pages: the dialog, the code, the long-lived token, the pages with their own tokens', async () => {
  const { simulator, call } = await graphAs();
  const redirect = 'http://localhost:9/back';
  const dialog = await fetch(
    `${simulator.url}/v26.0/dialog/oauth?redirect_uri=${encodeURIComponent(redirect)}&state=s1`,
  );
  const [, href = ''] = /href="([^"]*aurora[^"]*)"/.exec(await dialog.text()) ?? [];
  const back = new URL(href.replaceAll('&amp;', '&'));
  expect(back.searchParams.get('state')).toBe('s1');
  const code = back.searchParams.get('code') ?? '';

  const exchange = () => call('/oauth/access_token', { query: { ...app, redirect_uri: redirect, code } });
  const short = String((await exchange()).body['access_token']);
  expect(refusal(await exchange())).toEqual({ status: 400, code: 100, subcode: 36009 });
  const long = await call('/oauth/access_token', {
    query: { ...app, grant_type: 'fb_exchange_token', fb_exchange_token: short },
  });
  expect(long.body['expires_in']).toBe(60 * 86_400);

  const token = String(long.body['access_token']);
  const pages = await call('/me/accounts', { query: { fields: 'id,access_token,picture.type(large)' } }, token);
  expect(pages.body['data']?.[0]).toMatchObject({
    id: pageOf.aurora.externalId,
    access_token: pageOf.aurora.accessToken,
  });
  const businesses = await call('/me/businesses', {}, token);
  const owned = await call(`/${businesses.body['data']?.[0]?.['id']}/owned_pages`, { query: { fields: 'id' } }, token);
  expect(owned.body['data']).toHaveLength(3);
  const granted = (await call('/me/permissions', {}, token)).body['data'];
  expect(granted).toContainEqual({ permission: 'pages_manage_posts', status: 'granted' });
});

test.each([
  ['revoked', 458],
  ['expired', 463],
  ['password_changed', 460],
  ['role_lost', 492],
])('a token that is %s is refused with 190/%i until it is restored', async (as, subcode) => {
  const { control, call, page } = await graphAs();
  const id = pageOf.aurora.externalId;
  expect((await control(`/tokens/${id}/revoke`, { json: { as } })).body).toMatchObject({ id, trouble: as });
  expect(refusal(await call(page))).toEqual({ status: 401, code: 190, subcode });
  const debugged = await call('/debug_token', {
    query: { input_token: pageOf.aurora.accessToken, access_token: `${app.client_id}|${app.client_secret}` },
  });
  expect(debugged.body['data']).toMatchObject({ is_valid: false, error: { code: 190, subcode } });
  await control(`/tokens/${id}/restore`, { method: 'POST' });
  expect((await call(page)).status).toBe(200);
});

test('a lost permission stops publishing, not the page from being read', async () => {
  const { control, call, page, post, asAccount, account } = await graphAs();
  await control(`/tokens/${pageOf.aurora.externalId}/revoke`, { json: { as: 'permission_missing' } });
  expect((await call(page)).status).toBe(200);
  expect(refusal(await post({ message: 'x' }))).toEqual({ status: 403, code: 200 });
  await control(`/tokens/${instagramOf.aurora.externalId}/revoke`, { json: { as: 'permission_missing' } });
  expect(refusal(await asAccount(`${account}/media_publish`, { form: { creation_id: '1' } }))).toEqual({
    status: 403,
    code: 10,
  });
});

test('a proof of the app secret is verified when it is given', async () => {
  const { call, page } = await graphAs();
  const proof = createHmac('sha256', app.client_secret).update(pageOf.aurora.accessToken).digest('hex');
  expect((await call(page, { query: { appsecret_proof: proof } })).status).toBe(200);
  expect(refusal(await call(page, { query: { appsecret_proof: 'f'.repeat(64) } }))).toEqual({ status: 400, code: 100 });
});

test('unknown objects, fields and paths are refused as Graph does, with or without a version', async () => {
  const { call, page, simulator } = await graphAs();
  expect(refusal(await call('/999'))).toEqual({ status: 400, code: 100, subcode: 33 });
  expect(refusal(await call('/no_such_thing'))).toEqual({ status: 400, code: 2500 });
  expect(refusal(await call(page, { query: { fields: 'id,shoe_size' } }))).toEqual({ status: 400, code: 100 });
  const plain = await fetch(`${simulator.url}${page}?fields=name&access_token=${personOf.aurora.accessToken}`);
  expect(await plain.json()).toEqual({ id: page.slice(1), name: pageOf.aurora.name });
});
