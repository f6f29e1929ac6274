import { generateKeyPairSync } from 'node:crypto';
import { SignJWT, decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type TestApi } from '../support/api.ts';
import { userToken } from '../support/tokens.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

test('whoever comes with a token of the realm is let in', async () => {
  const { status, body } = await api.call('/v1/me', { as: 'elena.aurora' });
  expect(status).toBe(200);
  expect(body).toMatchObject({ user: { username: 'elena.aurora' }, tenant: { slug: 'aurora' }, operator: false });
});

test('without a token the answer is 401, and names only the scheme', async () => {
  const { status, headers, body } = await api.call('/v1/me', { as: null });
  expect(status).toBe(401);
  expect(headers.get('www-authenticate')).toBe('Bearer realm="chorally"');
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(body).toMatchObject({ type: '/problems/unauthenticated', status: 401, instance: '/v1/me' });
});

test.each([
  ['of another scheme', async () => 'Basic ZWxlbmE6eA=='],
  ['that is no token', async () => 'Bearer abc'],
  ['without anything in it', async () => 'Bearer '],
  ['with a changed signature', async () => `Bearer ${(await userToken('elena.aurora')).slice(0, -6)}AAAAAA`],
  ['with a changed holder', async () => `Bearer ${await withOtherHolder(await userToken('elena.aurora'))}`],
  ['signed by somebody else', async () => `Bearer ${await forged(await userToken('elena.aurora'), {})}`],
  [
    'of another issuer',
    async () => `Bearer ${await forged(await userToken('elena.aurora'), { iss: 'https://evil.example' })}`,
  ],
  ['that has expired', async () => `Bearer ${await forged(await userToken('elena.aurora'), { exp: 1 })}`],
  ['that is two', async () => `Bearer ${await userToken('elena.aurora')}, Bearer ${await userToken('elena.aurora')}`],
])('a token %s is a 401 that says why', async (_kind, authorization) => {
  const { status, headers, body } = await api.call('/v1/me', {
    as: null,
    headers: { authorization: await authorization() },
  });
  expect(status).toBe(401);
  expect(headers.get('www-authenticate')).toMatch(
    /^Bearer realm="chorally", error="invalid_token", error_description=".+"$/,
  );
  expect(body.type).toBe('/problems/unauthenticated');
});

test('who holds no token learns nothing: every route is 401, whatever else is wrong with the request', async () => {
  for (const path of ['/v1/me', '/v1/users/not-a-uuid', '/v1/posts?limit=0']) {
    expect((await api.call(path, { as: null })).status).toBe(401);
  }
});

async function withOtherHolder(token: string): Promise<string> {
  const [header, , signature] = token.split('.');
  const claims = { ...decodeJwt(token), sub: '7a000000-0000-4000-8000-000000000101' };
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
}

function forged(token: string, changes: Record<string, unknown>): Promise<string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { kid = '' } = decodeProtectedHeader(token);
  return new SignJWT({ ...decodeJwt(token), ...changes }).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
}
