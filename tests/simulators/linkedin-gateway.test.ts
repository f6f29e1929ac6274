import { expect, test } from 'vitest';
import { seedApp } from '../../simulators/seed.ts';
import { author, linkedinAs, memberOf, organizationOf, refusal } from './support/linkedin.ts';

const app = { client_id: seedApp.linkedin.clientId, client_secret: seedApp.linkedin.clientSecret };
const acls = '/rest/organizationAcls?q=roleAssignee&state=APPROVED';

test('every call names an API version that is alive, and the protocol', async () => {
  const { call } = await linkedinAs();
  const asked = async (headers: Record<string, string>) => refusal(await call(acls, { headers }));
  const lastYear = `${new Date().getUTCFullYear() - 2}12`;
  expect(await asked({ 'linkedin-version': '' })).toEqual({ status: 400, code: 'VERSION_MISSING' });
  expect(await asked({ 'linkedin-version': '2026-11' })).toEqual({ status: 400, code: 'VERSION_INVALID' });
  expect(await asked({ 'linkedin-version': lastYear })).toEqual({ status: 426, code: 'NONEXISTENT_VERSION' });
  expect(await asked({ 'linkedin-version': '209901' })).toEqual({ status: 426, code: 'NONEXISTENT_VERSION' });
  expect(await asked({ 'x-restli-protocol-version': '1.0.0' })).toEqual({ status: 400, code: 'ILLEGAL_ARGUMENT' });
});

test('a member sees the organisations in which they have a role, and what they are', async () => {
  const { call } = await linkedinAs();
  const { body } = await call(acls, {}, memberOf.aurora.accessToken);
  expect(body['elements']?.map(({ role }) => role)).toEqual(['ADMINISTRATOR', 'ADMINISTRATOR', 'ANALYST']);
  const administered = await call(`${acls}&role=ADMINISTRATOR&count=1&start=1`, {}, memberOf.aurora.accessToken);
  expect(administered.body['paging']).toMatchObject({ start: 1, count: 1, total: 2 });
  expect(body['elements']?.[0]).toMatchObject({ role: 'ADMINISTRATOR', organization: author, state: 'APPROVED' });
  const { externalId, name } = organizationOf.aurora;
  expect((await call(`/rest/organizations/${externalId}`)).body).toMatchObject({ localizedName: name });
  const other = organizationOf.lariana;
  expect((await call(`/rest/organizations/${other.externalId}`)).status).toBe(403);
  const lookup = (list: string) => call(`/rest/organizationsLookup?ids=${list}`);
  expect((await lookup(`List(${other.externalId},1)`)).body).toMatchObject({
    results: { [other.externalId]: { localizedName: other.name } },
    statuses: { [other.externalId]: 200, 1: 404 },
  });
  expect((await lookup(encodeURIComponent(`List(${other.externalId},1)`))).status).toBe(400);
});

test.each([
  ['expired', 401, 'EXPIRED_ACCESS_TOKEN'],
  ['revoked', 401, 'REVOKED_ACCESS_TOKEN'],
  ['role_lost', 403, 'ACCESS_DENIED'],
])('a token that is %s is refused with %i %s', async (as, status, code) => {
  const { call, control } = await linkedinAs();
  await control(`/tokens/${organizationOf.aurora.externalId}/revoke`, { json: { as } });
  expect(refusal(await call(acls))).toEqual({ status, code });
  await control(`/tokens/${organizationOf.aurora.externalId}/restore`, { method: 'POST' });
  expect((await call(acls)).status).toBe(200);
});

test('an expired token is refreshed into one that works; a revoked grant is not', async () => {
  const { call, control } = await linkedinAs();
  const { externalId, refreshToken } = organizationOf.aurora;
  const refresh = () =>
    call('/oauth/v2/accessToken', { form: { ...app, grant_type: 'refresh_token', refresh_token: refreshToken } });
  await control(`/tokens/${externalId}/revoke`, { json: { as: 'expired' } });
  await new Promise((resolve) => setTimeout(resolve, 5));
  const { body } = await refresh();
  expect((await call(acls, {}, String(body['access_token']))).status).toBe(200);
  expect((await call(acls)).status).toBe(401);
  await control(`/tokens/${externalId}/revoke`, { json: { as: 'revoked' } });
  expect(refusal(await refresh())).toEqual({ status: 400, code: 'invalid_grant' });
  expect((await call(acls, {}, String(body['access_token']))).status).toBe(401);
  expect((await call(acls, {}, refreshToken)).status).toBe(401);
});

test('a code becomes tokens, and introspection tells what they are worth', async () => {
  const { call, control } = await linkedinAs();
  const form = {
    ...app,
    grant_type: 'authorization_code',
    redirect_uri: 'http://localhost:9',
    code: memberOf.aurora.code,
  };
  const { body } = await call('/oauth/v2/accessToken', { form });
  const introspect = async () =>
    (await call('/oauth/v2/introspectToken', { form: { ...app, token: String(body['access_token']) } })).body;
  expect(await introspect()).toMatchObject({ active: true, status: 'active' });
  await control(`/tokens/${memberOf.aurora.externalId}/revoke`, { method: 'POST' });
  expect(await introspect()).toMatchObject({ active: false, status: 'revoked' });
  expect((await call('/oauth/v2/accessToken', { form: { ...form, client_secret: 'wrong' } })).status).toBe(401);
  expect((await call('/oauth/v2/accessToken', { form: { ...form, code: 'wrong' } })).status).toBe(400);
});

test("calls beyond the day's limit are answered 429", async () => {
  const { call, control } = await linkedinAs();
  await control('/settings', { json: { dailyCallLimit: 2 } });
  const statuses: number[] = [];
  for (const _call of [1, 2, 3]) statuses.push((await call(acls)).status);
  expect(statuses).toEqual([200, 200, 429]);
  await control('/settings', { json: { dailyCallLimit: null } });
  await control('/faults', { json: { match: {}, action: 'status', status: 429 } });
  expect(refusal(await call(acls))).toEqual({ status: 429, code: 'TOO_MANY_REQUESTS' });
});
