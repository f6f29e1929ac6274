import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { answerConsentPage } from '../../dev/consent.ts';
import { seedApp } from '../../simulators/seed.ts';
import { graphAs, instagramOf, pageOf, personOf, refusal } from './support/graph.ts';

const app = { client_id: seedApp.meta.clientId, client_secret: seedApp.meta.clientSecret };

const redirect = 'http://localhost:9/back';
const dialogOf = (url: string, more: Record<string, string> = {}): string => {
  const asked = {
    client_id: app.client_id,
    redirect_uri: redirect,
    state: 's1',
    scope: 'pages_show_list,read_insights',
  };
  return `${url}/v26.0/dialog/oauth?${new URLSearchParams({ ...asked, ...more }).toString()}`;
};

test('from consent to pages: the dialog, the code, the long-lived token, the pages with their own tokens', async () => {
  const { simulator, call } = await graphAs();
  const back = await answerConsentPage(dialogOf(simulator.url, { scope: 'pages_show_list,business_management' }));
  expect(back.searchParams.get('state')).toBe('s1');
  const code = back.searchParams.get('code') ?? '';

  const exchange = (redirectUri: string) =>
    call('/oauth/access_token', { query: { ...app, redirect_uri: redirectUri, code } });
  expect(refusal(await exchange('http://localhost:9/elsewhere'))).toEqual({ status: 400, code: 100, subcode: 36008 });
  const short = String((await exchange(redirect)).body['access_token']);
  expect(refusal(await exchange(redirect))).toEqual({ status: 400, code: 100, subcode: 36009 });
  const long = await call('/oauth/access_token', {
    query: { ...app, grant_type: 'fb_exchange_token', fb_exchange_token: short },
  });
  expect(long.body['expires_in']).toBe(60 * 86_400);

  const token = String(long.body['access_token']);
  const pages = () => call('/me/accounts', { query: { fields: 'id,access_token,picture.type(large)' } }, token);
  const [first] = (await pages()).body['data'] ?? [];
  expect(first).toMatchObject({ id: pageOf.aurora.externalId });
  expect((await pages()).body['data']?.[0]).toEqual(first);
  expect((await call(`/${String(first?.['id'])}`, {}, String(first?.['access_token']))).status).toBe(200);
  const businesses = await call('/me/businesses', {}, token);
  const owned = await call(`/${businesses.body['data']?.[0]?.['id']}/owned_pages`, { query: { fields: 'id' } }, token);
  expect(owned.body['data']).toHaveLength(3);
  const granted = (await call('/me/permissions', {}, token)).body['data'];
  expect(granted).toContainEqual({ permission: 'business_management', status: 'granted' });
  expect(granted).toContainEqual({ permission: 'pages_manage_posts', status: 'declined' });
});

test('whoever denies is sent back with the words of Facebook', async () => {
  const { simulator } = await graphAs();
  const back = await answerConsentPage(dialogOf(simulator.url), { deny: true });
  expect(Object.fromEntries(back.searchParams)).toEqual({
    error: 'access_denied',
    error_code: '200',
    error_description: 'Permissions error',
    error_reason: 'user_denied',
    state: 's1',
  });
});

test('a dialog that nobody can be sent back from is not shown', async () => {
  const { simulator } = await graphAs();
  for (const wrong of [{ client_id: '1' }, { redirect_uri: 'javascript:alert(1)' }, { config_id: '1' }]) {
    expect((await fetch(dialogOf(simulator.url, wrong))).status).toBe(400);
  }
});

test('what was not picked is listed by its business without a token', async () => {
  const { simulator, call } = await graphAs();
  const [picked] = [pageOf.aurora.externalId];
  const scope = 'pages_show_list,business_management';
  const back = await answerConsentPage(dialogOf(simulator.url, { scope }), { pages: [picked] });
  const query = { ...app, redirect_uri: redirect, code: back.searchParams.get('code') ?? '' };
  const token = String((await call('/oauth/access_token', { query })).body['access_token']);
  const list = async (path: string) => (await call(path, { query: { fields: 'id,access_token' } }, token)).body['data'];
  expect(await list('/me/accounts')).toHaveLength(1);
  const owned = [...((await list('/130000000000001/owned_pages')) ?? [])];
  expect(owned.filter((page) => page['access_token'] !== undefined).map((page) => page['id'])).toEqual([picked]);
  expect(owned).toHaveLength(3);
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
