import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTenant } from '../../src/db/tenant.ts';
import { startApi, type TestApi } from '../support/api.ts';
import { createOwnTenant, ownTokens, type OwnTenant, testToken } from '../support/own-tenant.ts';
import { serviceToken } from '../support/tokens.ts';

let api: TestApi;
let ownApi: TestApi;
let own: OwnTenant;
beforeAll(async () => {
  api = await startApi();
  ownApi = await startApi({ services: { tokens: ownTokens } });
  own = await createOwnTenant(ownApi.services.db);
});
afterAll(() => Promise.all([api.close(), ownApi.close()]));

test('a token with one tenant acts for it, with or without the header', async () => {
  const plain = await api.call('/v1/me', { as: 'davide.lariana' });
  const named = await api.call('/v1/me', { as: 'davide.lariana', headers: { 'chorally-tenant': 'lariana' } });
  expect([plain.body.tenant.slug, named.body.tenant.slug]).toEqual(['lariana', 'lariana']);
});

test('a token with several needs the header, and is told which tenants it may name', async () => {
  const { status, body } = await api.call('/v1/me', { as: 'beatrice.ponti' });
  expect(status).toBe(400);
  expect(body).toMatchObject({ type: '/problems/tenant-required', tenants: ['aurora', 'borgoverde'] });
});

test('the same person has in each tenant the roles of that tenant', async () => {
  const roles = async (slug: string) =>
    (await api.call('/v1/me', { as: 'beatrice.ponti', headers: { 'chorally-tenant': slug } })).body.roles[0].key;
  expect(await roles('aurora')).toBe('editor');
  expect(await roles('borgoverde')).toBe('viewer');
});

test('a tenant that is not in the token is a 404, whether it exists or not', async () => {
  for (const slug of ['lariana', 'nobody', 'AURORA', 'aurora,borgoverde', '__proto__']) {
    const { status, body } = await api.call('/v1/me', { headers: { 'chorally-tenant': slug } });
    expect([status, body.type]).toEqual([404, '/problems/unknown-tenant']);
  }
});

test('whoever belongs to no tenant is told so', async () => {
  const { status, body } = await api.call('/v1/me', { as: 'carlo.ospite' });
  expect([status, body.type]).toEqual([403, '/problems/no-tenant']);
});

test('a service account acts for its tenant with the roles it holds there', async () => {
  const { status, body } = await api.call('/v1/me', { token: await serviceToken('crm-aurora') });
  expect(status).toBe(200);
  expect(body).toMatchObject({ user: { kind: 'service' }, tenant: { slug: 'aurora' }, roles: [{ key: 'editor' }] });
});

test('the vendor’s operators are marked as such', async () => {
  const headers = { 'chorally-tenant': 'lariana' };
  expect((await api.call('/v1/me', { as: 'olivia.operatrice', headers })).body.operator).toBe(true);
});

test('a member who is removed is stopped at once, whatever the token says', async () => {
  const viewer = own.token('viewer');
  expect((await ownApi.call('/v1/me', { token: viewer })).status).toBe(200);
  await withTenant(ownApi.services.db, own.tenantId, (trx) =>
    trx.updateTable('tenant_member').set({ active: false }).where('user_id', '=', own.users.viewer).execute(),
  );
  const { status, body } = await ownApi.call('/v1/me', { token: viewer });
  expect([status, body.type]).toEqual([403, '/problems/not-a-member']);
});

test('a member of another tenant is no member here, even with a token that names this one', async () => {
  const stranger = testToken('7a000000-0000-4000-8000-000000000102', [{ slug: own.slug, id: own.tenantId }]);
  const { status, body } = await ownApi.call('/v1/me', { token: stranger });
  expect([status, body.type]).toEqual([403, '/problems/not-a-member']);
});

test('a role that is taken away is missing from the next request on', async () => {
  const agent = own.token('agent');
  expect((await ownApi.call('/v1/users', { token: agent })).status).toBe(200);
  await withTenant(ownApi.services.db, own.tenantId, (trx) =>
    trx.deleteFrom('member_role').where('user_id', '=', own.users.agent).execute(),
  );
  const { status, body } = await ownApi.call('/v1/users', { token: agent });
  expect([status, body.type, body.permission]).toEqual([403, '/problems/missing-permission', 'user.read']);
  expect((await ownApi.call('/v1/me', { token: agent })).body.permissions).toEqual([]);
});
