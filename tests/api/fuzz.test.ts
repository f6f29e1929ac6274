import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PublicRoute, Route } from '../../src/api/define-route.ts';
import { createLogger } from '../../src/platform/logging.ts';
import { startApi, type TestApi } from '../support/api.ts';
import { documentedRoutes } from '../support/documented-routes.ts';
import { createOwnTenant, type OwnTenant, ownTokens } from '../support/own-tenant.ts';

let api: TestApi;
let own: OwnTenant;
beforeAll(async () => {
  const stream = { write: (line: string) => complaints.push(line) };
  const logger = createLogger({ program: 'test-api', level: 'error' }, stream);
  api = await startApi({ services: { tokens: ownTokens, logger } });
  own = await createOwnTenant(api.services.db);
});
afterAll(() => api.close());

const runs = 60;
/** What the API logged as an error: a value that only the database refused is one. */
const complaints: string[] = [];

test.each(documentedRoutes().map((route) => [`${route.method} ${route.path}`, route] as const))(
  'whatever is sent to %s, it never breaks',
  async (_name, route) => {
    await fc.assert(
      fc.asyncProperty(requestTo(route), async ({ path, headers, body }) => {
        const sent = { method: route.method.toUpperCase(), token: own.token('tenant_admin'), headers };
        const {
          status,
          body: answered,
          headers: given,
        } = await api.call(path, body === null ? sent : { ...sent, body });
        expect(status, JSON.stringify(answered)).toBeLessThan(500);
        if (status >= 400) expect(given.get('content-type')).toBe('application/problem+json');
      }),
      { numRuns: runs },
    );
    expect(complaints).toEqual([]);
  },
);

/** Requests from almost right to hopeless. */
function requestTo(route: Route | PublicRoute) {
  return fc.record({
    path: fc.tuple(pathOf(route), queryOf(route)).map(([path, query]) => path + query),
    headers: headersOf(route),
    body: bodyOf(route),
  });
}

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    '\0',
    '\ud800',
    '../..',
    '%',
    '%00',
    "' or 1=1 --",
    '__proto__',
    '1e309',
    '-1',
    'null',
    '[]',
    '🙂',
  ),
);
const segment = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(randomUUID(), randomUUID().toUpperCase()) },
  text.filter((value) => value.length > 0 && value !== '.' && value !== '..').map(encoded),
  fc.constantFrom('%', '%zz', '%00', '%ed%a0%80'),
);

function pathOf({ path }: Route | PublicRoute): fc.Arbitrary<string> {
  const parts = path.split(/\{\w+\}/);
  return fc
    .array(segment, { minLength: parts.length - 1, maxLength: parts.length - 1 })
    .map((filled) => parts.map((part, index) => part + (filled[index] ?? '')).join(''));
}

const cursor = fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
const instant = fc.constantFrom(
  '2026-12-01T09:30:00+01:00',
  '9999-12-31T23:59:59Z',
  '0000-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
);
const value = fc.oneof(
  text,
  cursor,
  instant,
  fc.constantFrom('1', '100', 'true', 'draft', 'draft,expired', randomUUID(), 'me'),
);

function queryOf({ query }: Route | PublicRoute): fc.Arbitrary<string> {
  const known = Object.keys((query as { shape?: object } | null)?.shape ?? {});
  const name = known.length === 0 ? text : fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known) }, text);
  const pair = fc.tuple(name, value).map(([key, said]) => `${encoded(key)}=${encoded(said)}`);
  return fc.array(pair, { maxLength: 3 }).map((pairs) => (pairs.length === 0 ? '' : `?${pairs.join('&')}`));
}

function headersOf(route: Route | PublicRoute): fc.Arbitrary<Record<string, string>> {
  const header = fc.constantFrom('"1"', 'W/"1"', '*', '1', '"', '', 'x'.repeat(300), 'a, b', '"1", "2"');
  const type = fc.constantFrom(
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'multipart/form-data',
    'multipart/form-data; boundary=x',
  );
  return fc.record(
    {
      'if-match': header,
      'idempotency-key': fc.oneof(header, fc.uuid()),
      'content-type':
        route.access === 'member' && route.upload === null ? fc.oneof(fc.constant('application/json'), type) : type,
      'x-request-id': header,
      accept: fc.constantFrom('text/html', '*/*', 'nonsense'),
    },
    { requiredKeys: ['content-type'] },
  );
}

function bodyOf(route: Route | PublicRoute): fc.Arbitrary<string | null> {
  if (route.access === 'public' || route.method === 'get' || route.method === 'delete') return fc.constant(null);
  const fields = Object.keys((route.body as { shape?: object } | null)?.shape ?? {});
  const near = fc.dictionary(
    fields.length === 0 ? fc.constant('a') : fc.constantFrom(...fields),
    fc.oneof(
      value,
      fc.jsonValue(),
      fc.constantFrom(null, 1, -1, 1e308, [randomUUID()], [{ connectionId: randomUUID() }]),
    ),
    { maxKeys: 4 },
  );
  return fc.oneof(
    { weight: 4, arbitrary: near.map((body) => JSON.stringify(body)) },
    fc.json(),
    text,
    fc.constantFrom(
      '{"text":"\\u0000"}',
      '{"text":"\\ud800"}',
      '['.repeat(5_000),
      '{"a":'.repeat(5_000),
      '1e999',
      '--x\r\n\r\n',
    ),
  );
}

function encoded(said: string): string {
  return encodeURIComponent(said.toWellFormed());
}
