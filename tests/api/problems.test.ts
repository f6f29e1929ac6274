import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { createReadiness } from '../../src/api/readiness.ts';
import { createTokenVerifier } from '../../src/platform/keycloak.ts';
import { type Call, startApi, type TestApi } from '../support/api.ts';
import { noteRoute } from '../support/note-route.ts';
import { createOwnTenant, type OwnTenant, ownTokens } from '../support/own-tenant.ts';

let api: TestApi;
let own: OwnTenant;
beforeAll(async () => {
  api = await startApi({ services: { tokens: ownTokens }, moreRoutes: [noteRoute()] });
  own = await createOwnTenant(api.services.db);
});
afterAll(() => api.close());

const unknownId = '00000000-0000-4000-8000-000000000000';
const othersUser = '7a000000-0000-4000-8000-000000000102';
const note = '/v1/test/notes/a';
const json = { 'content-type': 'application/json' };
const post = (body: string | Uint8Array<ArrayBuffer>, headers = {}): Call => ({
  method: 'POST',
  body,
  headers: { ...json, ...headers },
});

describe('every mistake has its answer', () => {
  test.each<[mistake: string, path: string, call: Call, status: number, slug: string]>([
    ['an unknown address', '/v1/nothing', {}, 404, 'not-found'],
    ['an unknown id', `/v1/users/${unknownId}`, {}, 404, 'not-found'],
    ['an id of another tenant', `/v1/users/${othersUser}`, {}, 404, 'not-found'],
    ['an id that is none', '/v1/users/12', {}, 400, 'malformed'],
    ['a NUL in the path', '/v1/users/%00', {}, 400, 'malformed'],
    ['broken percent-encoding in the path', '/v1/users/%zz', {}, 400, 'malformed'],
    ['broken percent-encoding in the query', '/v1/users?search=%zz', {}, 400, 'malformed'],
    ['half a character in the query', '/v1/users?search=%ed%a0%80', {}, 400, 'malformed'],
    ['a NUL in the query', '/v1/users?search=%00', {}, 400, 'malformed'],
    ['an unknown parameter', '/v1/users?limmit=3', {}, 400, 'malformed'],
    ['a repeated parameter', '/v1/users?limit=3&limit=3', {}, 400, 'malformed'],
    ['a parameter called like an inherited property', '/v1/users?__proto__=1', {}, 400, 'malformed'],
    ['a limit beyond the limit', '/v1/users?limit=101', {}, 400, 'malformed'],
    ['a limit that is no number', '/v1/users?limit=many', {}, 400, 'malformed'],
    ['a cursor that nobody made', '/v1/users?cursor=abc', {}, 400, 'malformed'],
    ['a cursor of another list', `/v1/users?cursor=${cursor([1, 'groups', ['a', unknownId]])}`, {}, 400, 'malformed'],
    ['a cursor of another version', `/v1/users?cursor=${cursor([2, 'users', ['a', unknownId]])}`, {}, 400, 'malformed'],
    ['a cursor with a NUL in it', `/v1/users?cursor=${cursor([1, 'users', ['\0', unknownId]])}`, {}, 400, 'malformed'],
    ['another method', '/v1/me', { method: 'DELETE' }, 405, 'method-not-allowed'],
    ['no content type', note, { method: 'POST', body: new Uint8Array([123, 125]) }, 415, 'unsupported-media-type'],
    ['another content type', note, post('{}', { 'content-type': 'text/plain' }), 415, 'unsupported-media-type'],
    [
      'another charset',
      note,
      post('{}', { 'content-type': 'application/json; charset=latin1' }),
      415,
      'unsupported-media-type',
    ],
    ['a compressed body', note, post('{}', { 'content-encoding': 'gzip' }), 415, 'unsupported-media-type'],
    ['a body that is no JSON', note, post('{"note":'), 400, 'malformed'],
    ['an empty body', note, post(''), 400, 'malformed'],
    ['a body that is no UTF-8', note, post(new Uint8Array([34, 255, 34])), 400, 'malformed'],
    ['a body that is no object', note, post('null'), 400, 'malformed'],
    ['a field of the wrong type', note, post('{"note":1,"ending":"answer"}'), 400, 'malformed'],
    ['an unknown field', note, post('{"note":"a","ending":"answer","__proto__":{}}'), 400, 'malformed'],
    ['a NUL in a text', note, post('{"note":"a\\u0000","ending":"answer"}'), 400, 'malformed'],
    ['half a surrogate pair', note, post('{"note":"\\ud83d","ending":"answer"}'), 400, 'malformed'],
    ['endless nesting', note, post('['.repeat(50_000) + ']'.repeat(50_000)), 400, 'malformed'],
    ['a number beyond numbers', note, post('{"note":1e999,"ending":"answer"}'), 400, 'malformed'],
    ['a text that is too long', note, post(`{"note":"${'a'.repeat(41)}","ending":"answer"}`), 422, 'invalid'],
    ['a body that is too large', note, post(' '.repeat(1_048_577)), 413, 'too-large'],
    ['a key of a kind that cannot be', note, post('{}', { 'idempotency-key': 'a b' }), 400, 'malformed'],
  ])('%s', async (_mistake, path, call, status, slug) => {
    const { status: answered, headers, body } = await api.call(path, { token: own.token('editor'), ...call });
    expect([answered, body.type]).toEqual([status, `/problems/${slug}`]);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toMatchObject({ status, instance: path.split('?')[0], requestId: headers.get('x-request-id') });
    expect(body.title).toMatch(/\S/);
    expect(body.detail).toMatch(/\S/);
  });
});

test('a body without a length is stopped when it has become too large', async () => {
  const chunks = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(32)),
  });
  const answer = await fetch(api.url + note, {
    method: 'POST',
    body: chunks,
    duplex: 'half',
    headers: { ...json, authorization: `Bearer ${own.token('editor')}` },
  }).catch((error: unknown) => error);
  // The sender may notice the closed connection before it reads the answer.
  if (answer instanceof Response) expect(answer.status).toBe(413);
  expect((await api.call('/v1/me', { token: own.token('editor') })).status).toBe(200);
});

test('an error names the field, the rule, the limit and the value', async () => {
  const { body } = await api.call(note, {
    token: own.token('editor'),
    ...post(`{"note":"${'a'.repeat(41)}","ending":"answer"}`),
  });
  expect(body.errors).toMatchObject([{ pointer: '/note', rule: 'too_big', limit: 40, value: 41 }]);
  const unknown = await api.call(note, {
    token: own.token('editor'),
    ...post('{"note":"a","ending":"answer","a/b~c":1}'),
  });
  expect(unknown.body.errors).toMatchObject([{ pointer: '/a~1b~0c', rule: 'unknown' }]);
});

test('405 lists what the address takes; OPTIONS asks for it', async () => {
  expect((await api.call('/v1/me', { method: 'PUT', as: null })).headers.get('allow')).toBe('GET, HEAD, OPTIONS');
  const options = await api.call('/v1/me', { method: 'OPTIONS', as: null });
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
});

test('every problem has a page under its type', async () => {
  const { body } = await api.call('/v1/nothing', { as: null });
  const page = await api.call(body.type, { as: null });
  expect([page.status, page.body]).toEqual([200, expect.stringContaining(body.title)]);
  expect((await api.call('/problems/no-such-problem', { as: null })).status).toBe(404);
});

describe('a part that is down is named', () => {
  test('the database', async () => {
    const { db } = connect('postgres://chorally_app:x@127.0.0.1:1/chorally', {
      max: 1,
      onError: () => undefined,
      applicationName: 'x',
    });
    await expectUnavailable({ services: { tokens: ownTokens, db } }, 'database', own.token('editor'));
    await db.destroy();
  });
  test('Keycloak', async () => {
    const realm = { realmUrl: 'http://localhost:1/realms/x', internalUrl: 'http://localhost:1/realms/x' };
    const tokens = createTokenVerifier({ ...realm, clientId: 'chorally-api', clock: () => Date.now() });
    const claims = { iss: realm.realmUrl, aud: 'chorally-api', typ: 'Bearer', sub: 'a', exp: 9_999_999_999 };
    const token = [{ alg: 'RS256', kid: 'a' }, claims, 'signature'].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    await expectUnavailable({ services: { tokens } }, 'keycloak', token.join('.'));
  });

  async function expectUnavailable(options: Parameters<typeof startApi>[0], part: string, token: string) {
    const broken = await startApi(options);
    const { status, headers, body } = await broken.call('/v1/me', { token });
    await broken.close();
    expect([status, body.type, body.part]).toEqual([503, '/problems/unavailable', part]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
});

test('whoever sends more than its share is told when to come back', async () => {
  const tight = await startApi({
    services: { tokens: ownTokens },
    settings: { rateLimits: { userPerMinute: 2, tenantPerMinute: 3 } },
  });
  const call = (role: 'editor' | 'viewer') => tight.call('/v1/me', { token: own.token(role) });
  expect((await call('editor')).headers.get('ratelimit')).toMatch(/^"user";r=1;t=\d+$/);
  await call('editor');
  const third = await call('editor');
  expect([third.status, third.body.type, third.body.policy]).toEqual([429, '/problems/rate-limited', 'user']);
  expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await call('viewer')).status).toBe(200);
  expect((await call('viewer')).body.policy).toBe('tenant');
  await tight.close();
});

test('only the origins that are configured may call from a browser', async () => {
  const open = await startApi({
    services: { tokens: ownTokens },
    settings: { corsOrigins: ['https://console.example.com'] },
  });
  const allowed = async (origin: string) =>
    (await open.call('/v1/me', { token: own.token('editor'), headers: { origin } })).headers.get(
      'access-control-allow-origin',
    );
  expect(await allowed('https://console.example.com')).toBe('https://console.example.com');
  expect(await allowed('https://evil.example.com')).toBeNull();
  await open.close();
});

test('answers carry security headers, their request’s id, and are kept by no cache', async () => {
  const { headers } = await api.call('/v1/me', {
    token: own.token('editor'),
    headers: { 'x-request-id': 'my-request-1' },
  });
  expect(headers.get('x-request-id')).toBe('my-request-1');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('x-powered-by')).toBeNull();
});

test('HEAD is GET without the body', async () => {
  const { status, body, headers } = await api.call('/v1/me', { method: 'HEAD', token: own.token('editor') });
  expect([status, body]).toEqual([200, '']);
  expect(Number(headers.get('content-length'))).toBeGreaterThan(0);
});

test('health, readiness and metrics answer without a token, and name each part', async () => {
  expect((await api.call('/healthz', { as: null })).body).toEqual({ status: 'up' });
  const { status, body } = await api.call('/readyz', { as: null });
  expect([status, Object.keys(body.parts)]).toEqual([200, ['database', 'temporal', 'keycloak', 'outbox', 'mail']]);
  const metrics = await api.call('/metrics', { as: null });
  expect(metrics.body).toMatch(
    /chorally_http_request_duration_seconds_count\{method="GET",route="\/v1\/me",status="200"\}/,
  );
});

test('readiness names what is down, and a stuck outbox or mail without stopping the rest', async () => {
  const readiness = createReadiness({
    database: { query: () => Promise.reject(new Error('away')) },
    system: {} as never,
    temporal: { connection: { withDeadline: () => Promise.reject(new Error('away')) } as never, namespace: 'x' },
    tokens: { ...ownTokens, checkKeys: () => Promise.reject(new Error('away')) },
    sendsMail: false,
  });
  const statuses = Object.entries(await readiness()).map(([part, { status }]) => [part, status]);
  expect(Object.fromEntries(statuses)).toEqual({
    database: 'down',
    temporal: 'down',
    keycloak: 'down',
    outbox: 'degraded',
    mail: 'degraded',
  });
});

test('a request line that is not one does no harm', async () => {
  const status = await new Promise((resolve) => {
    const raw = request(api.url, { method: 'GET', path: '/v1/users/..%2f..%2f' }, (response) =>
      resolve(response.statusCode),
    );
    raw.end();
  });
  expect(status).toBe(401);
});

function cursor(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

test('the readable page loads what it needs from here only', async () => {
  const page = await api.call('/docs', { as: null });
  const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => String(match[1]));
  expect(loaded.length).toBeGreaterThan(2);
  for (const path of loaded) expect((await api.call(path, { as: null })).status, path).toBe(200);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
});
