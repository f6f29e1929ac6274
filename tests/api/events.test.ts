import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { streamDefaults } from '../../src/api/pipeline/event-stream.ts';
import { type NewEvent, appendEvents } from '../../src/db/event.ts';
import { keptMs } from '../../src/db/event-log.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import type { BuiltInRoleKey } from '../../src/domain/permission.ts';
import { startApi, type TestApi } from '../support/api.ts';
import { type EventsClient, openEvents, type OpenEvents } from '../support/event-stream.ts';
import { createOwnTenant, type OwnTenant, ownTokens } from '../support/own-tenant.ts';

let api: TestApi;
let own: OwnTenant;
beforeAll(async () => {
  api = await startApi({ services: { tokens: ownTokens } });
});
beforeEach(async () => {
  own = await createOwnTenant(api.services.db);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()));
  await expect.poll(openStreams).toBe(0);
});
afterAll(() => api.close());

test('what somebody does is told to colleagues as it happens, without its words', async () => {
  const stream = await follow();
  const text = `Saldi ${randomUUID()}`;
  const { body: post } = await call('POST', '/v1/posts', { text });
  await stream.until('the draft', () => stream.events.length === 1);
  const [event] = stream.events;
  expect(event).toEqual({
    id: stream.lastEventId(),
    kind: 'post.created',
    at: expect.stringMatching(/^\d{4}-.*Z$/),
    entity: { kind: 'post', id: post.id },
    actor: { kind: 'user', id: own.users.editor },
    data: { revision: 1 },
  });
  expect(JSON.stringify(event)).not.toContain(text);
});

test('it is a stream that no cache keeps and no proxy collects', async () => {
  const { response, retryMs } = await follow();
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  expect(response.headers.has('content-encoding')).toBe(false);
  expect(retryMs()).toBeGreaterThanOrEqual(1_000);
});

test('without an id it begins now; whoever is cut off before the first event loses none', async () => {
  await append(1);
  const before = await follow();
  const id = before.lastEventId();
  await before.close();
  const [first, second] = await append(2);
  const after = await follow({ after: id });
  await after.until('both', () => after.events.at(-1)?.entity.id === second);
  // What happened just before may be told, too: it stands behind a transaction that was still open.
  expect(after.events.map(({ entity }) => entity.id).slice(-2)).toEqual([first, second]);
});

test('an id in the header goes before one in the address, which a client that reconnects repeats', async () => {
  const stream = await follow();
  const ids = await append(3);
  await stream.until('all', () => stream.events.length === 3);
  const [first, second] = stream.events.map(({ id }) => id);
  const byAddress = await follow({ query: { after: String(first) } });
  const byBoth = await follow({ query: { after: String(first) }, after: String(second) });
  await Promise.all([
    byAddress.until('two', () => byAddress.events.length === 2),
    byBoth.until('one', () => byBoth.events.length === 1),
  ]);
  expect(byAddress.events.map(({ entity }) => entity.id)).toEqual(ids.slice(1));
  expect(byBoth.events.map(({ entity }) => entity.id)).toEqual(ids.slice(2));
});

test('kinds and an entity narrow it down', async () => {
  const entityId = randomUUID();
  const [byFamily, byKind, byEntity] = await Promise.all([
    follow({ query: { kinds: 'connection.*,post.edited' } }),
    follow({ query: { kinds: 'post.published' } }),
    follow({ query: { entity: entityId } }),
  ]);
  await write(
    { event: { kind: 'post.published' } },
    { event: { kind: 'connection.broken', entity: 'connection' } },
    { event: { entityId } },
    { event: { kind: 'media.uploaded', entity: 'media' } },
  );
  await byFamily.until('two', () => byFamily.events.length === 2);
  await byKind.until('one', () => byKind.events.length === 1);
  await byEntity.until('one', () => byEntity.events.length === 1);
  expect(byFamily.events.map(({ kind }) => kind)).toEqual(['connection.broken', 'post.edited']);
  expect(byKind.events.map(({ kind }) => kind)).toEqual(['post.published']);
  expect(byEntity.events.map(({ entity }) => entity.id)).toEqual([entityId]);
});

test.each<[what: string, asked: Pick<OpenEvents, 'after' | 'query'>, status: number, parameter: string | null]>([
  ['a word as id', { after: 'yesterday' }, 400, 'Last-Event-ID'],
  ['an id beyond all numbers', { query: { after: '18446744073709551616-1' } }, 400, 'after'],
  ['a kind that there is not', { query: { kinds: 'post.dreamt' } }, 400, 'kinds'],
  ['an entity that is no id', { query: { entity: 'post' } }, 400, 'entity'],
  ['a parameter that there is not', { query: { since: '1-1' } }, 400, 'since'],
  ['an id that was never given', { after: '18446744073709551615-1' }, 410, null],
])('%s is refused', async (_what, { after, query = {} }, status, parameter) => {
  const headers = after === undefined || after === null ? {} : { 'last-event-id': after };
  const { status: answered, body } = await call('GET', `/v1/events?${new URLSearchParams(query)}`, undefined, headers);
  expect(answered, JSON.stringify(body)).toBe(status);
  if (parameter !== null) expect(body.errors[0]).toMatchObject({ parameter });
});

test('an id whose next events are no longer kept is refused, rather than leaving them out', async () => {
  const tenant = await createOwnTenant(api.services.db);
  const stream = await follow({ tenant });
  const id = stream.lastEventId();
  await write({ tenant, event: { at: new Date(Date.now() - keptMs - 3_600_000) } });
  const token = tenant.token('editor');
  const { status, body } = await api.call('/v1/events', { token, headers: { 'last-event-id': String(id) } });
  expect([status, body.type]).toEqual([410, '/problems/position-gone']);
});

test('one tenant is never told of another, wherever it says that it left off', async () => {
  const other = await createOwnTenant(api.services.db);
  const [mine, theirs, theirPast] = await Promise.all([
    follow(),
    follow({ tenant: other }),
    follow({ tenant: other, after: '0-0' }),
  ]);
  const [id] = await append(1);
  const [otherId] = await append(1, other);
  await Promise.all(
    [mine, theirs, theirPast].map((stream) => stream.until('its own', () => stream.events.length >= 1)),
  );
  expect(mine.events.map(({ entity }) => entity.id)).toEqual([id]);
  for (const stream of [theirs, theirPast]) expect(stream.events.map(({ entity }) => entity.id)).toEqual([otherId]);
});

test('a user may have ten streams, and another one once one of them has ended', async () => {
  const streams = [];
  for (let count = 0; count < streamDefaults.perUser; count += 1) streams.push(await follow({ role: 'supervisor' }));
  const refused = await api.call('/v1/events', { token: own.token('supervisor') });
  expect([refused.status, refused.body.type, refused.body.limit]).toEqual([429, '/problems/too-many-streams', 10]);
  expect(refused.headers.get('retry-after')).toBe('10');
  await follow({ role: 'editor' });

  await streams[0]?.close();
  await expect
    .poll(() => api.call('/v1/events', { token: own.token('supervisor') }).then(({ status }) => status))
    .toBe(200);
});

test('HEAD is answered at once', async () => {
  const { status, headers } = await call('HEAD', '/v1/events');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
});

test('who reads too slowly is cut off, and misses nothing when they come back', async () => {
  const tenant = await createOwnTenant(api.services.db);
  const start = await follow({ tenant });
  const id = String(start.lastEventId());
  await start.close();
  const idle = await doNotRead(tenant);
  const filling = 'x'.repeat(100_000);
  const written: string[] = [];
  while ((await openStreams()) > 0) {
    written.push(...(await write(...Array.from({ length: 5 }, () => ({ tenant, event: { data: { filling } } })))));
    if (written.length > 1_000) throw new Error('the server keeps everything for a client that does not read');
  }
  idle.destroy();
  const back = await follow({ tenant, after: id });
  await back.until('everything', () => back.events.length === written.length, 60_000);
  expect(back.events.map(({ entity }) => entity.id)).toEqual(written);
});

interface Following extends Partial<Pick<OpenEvents, 'after' | 'query'>> {
  readonly role?: BuiltInRoleKey;
  readonly tenant?: OwnTenant;
}

const open: EventsClient[] = [];

async function follow({ role = 'editor', tenant = own, ...options }: Following = {}): Promise<EventsClient> {
  const client = await openEvents(api.url, { token: tenant.token(role), ...options });
  open.push(client);
  return client;
}

function call(method: string, path: string, json?: unknown, headers: Readonly<Record<string, string>> = {}) {
  return api.call(path, { method, token: own.token('editor'), headers, ...(json === undefined ? {} : { json }) });
}

interface Written {
  readonly tenant?: OwnTenant;
  readonly event?: Partial<NewEvent>;
}

/** Writes events in one transaction. Returns the ids of what they are about. */
async function write(...given: readonly Written[]): Promise<string[]> {
  const { tenantId } = given[0]?.tenant ?? own;
  const events = given.map(({ event }): NewEvent => ({ ...plainEvent(tenantId), ...event }));
  await withTenant(api.services.db, tenantId, (trx) => appendEvents(trx, events));
  return events.map(({ entityId }) => entityId);
}

function plainEvent(tenantId: TenantId): NewEvent {
  const entityId = randomUUID();
  return { tenantId, at: new Date(), kind: 'post.edited', entity: 'post', entityId, actor: { kind: 'process' } };
}

/** Writes so many events, each in a transaction of its own. */
async function append(count: number, tenant = own): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push(...(await write({ tenant })));
  return ids;
}

/** A client that sends its request and never takes anything from its socket. */
async function doNotRead(tenant: OwnTenant): Promise<Socket> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname)
    .pause()
    .on('error', () => undefined);
  socket.write(
    `GET /v1/events HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${tenant.token('viewer')}\r\n\r\n`,
  );
  await expect.poll(openStreams).toBe(1);
  return socket;
}

/** How many streams the API says that it has open. */
async function openStreams(): Promise<number> {
  const { body } = await api.call('/metrics', { as: null });
  return Number(/^chorally_event_streams (\d+)$/m.exec(body)?.[1]);
}
