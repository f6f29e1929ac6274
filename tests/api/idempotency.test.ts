import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { claimKey } from '../../src/db/idempotency.ts';
import { withTenant } from '../../src/db/tenant.ts';
import { type CallAnswer, startApi, type TestApi } from '../support/api.ts';
import { noteRoute, type Ending } from '../support/note-route.ts';
import { createOwnTenant, type OwnTenant, ownTokens } from '../support/own-tenant.ts';

let api: TestApi;
let own: OwnTenant;
let now: number;
let key: string;
let onWait: () => Promise<void> = () => Promise.resolve();

beforeAll(async () => {
  api = await startApi({
    services: { tokens: ownTokens, clock: () => now },
    moreRoutes: [noteRoute(() => onWait())],
  });
  own = await createOwnTenant(api.services.db);
});
beforeEach(() => {
  now = Date.now();
  key = randomUUID();
});
afterAll(() => api.close());

test('the same request again gets the same answer, and takes effect once', async () => {
  const first = await write('once', 'answer');
  const again = await write('once', 'answer');
  expect(first.status).toBe(201);
  expect(again).toMatchObject({ status: 201, body: first.body });
  for (const header of ['etag', 'location', 'content-type']) {
    expect(again.headers.get(header)).toBe(first.headers.get(header));
  }
  expect([first, again].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true']);
  expect(await notes('once')).toBe(1);
});

test('a refusal is an answer too', async () => {
  const first = await write('refused', 'refuse');
  const again = await write('refused', 'refuse');
  expect(first).toMatchObject({ status: 409, body: { type: '/problems/not-today' } });
  expect(again).toMatchObject({ status: 409, body: first.body });
  expect(again.headers.get('content-type')).toBe('application/problem+json');
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(await notes('refused')).toBe(0);
});

test('what broke is no answer: the key is free again', async () => {
  expect((await write('broken', 'break')).status).toBe(500);
  expect(await notes('broken')).toBe(0);
  expect((await write('broken', 'answer')).status).toBe(201);
});

test('the same key with another body is refused', async () => {
  await write('one body', 'answer');
  const other = await write('other body', 'answer');
  expect(other).toMatchObject({ status: 422, body: { type: '/problems/idempotency-key-reused' } });
  expect(await notes('other body')).toBe(0);
});

test('while the first request is at work, the second is told to come again', async () => {
  const begun = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  onWait = () => {
    begun.resolve();
    return mayEnd.promise;
  };
  const first = write('slow', 'wait');
  await begun.promise;
  const second = await write('slow', 'wait');
  expect(second).toMatchObject({ status: 409, body: { type: '/problems/idempotency-in-flight' } });
  expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
  mayEnd.resolve();
  expect((await first).status).toBe(201);
  expect((await write('slow', 'wait')).body).toEqual((await first).body);
  expect(await notes('slow')).toBe(1);
});

test('of many requests at once with one key, one takes effect', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => write('many', 'answer')));
  expect(new Set(answers.map(({ status }) => status)).isSubsetOf(new Set([201, 409]))).toBe(true);
  expect(answers.some(({ status }) => status === 201)).toBe(true);
  expect(await notes('many')).toBe(1);
});

test('a request whose process died is run again once its lease is over', async () => {
  await dieBeforeAnswering('died');
  expect((await write('died', 'answer')).status).toBe(409);
  now += leaseMs;
  expect((await write('died', 'answer')).status).toBe(201);
  expect(await notes('died')).toBe(1);
});

test('what another request has taken over takes no effect when it comes back late', async () => {
  const begun = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  onWait = () => {
    onWait = () => Promise.resolve();
    begun.resolve();
    return mayEnd.promise;
  };
  const late = write('late', 'wait');
  await begun.promise;
  now += leaseMs;
  const taker = await write('late', 'wait');
  mayEnd.resolve();
  expect([taker.status, (await late).status]).toEqual([201, 409]);
  expect(await notes('late')).toBe(1);
});

test('a key is kept for a day', async () => {
  const first = await write('a day', 'answer');
  now += dayMs - 1_000;
  expect((await write('a day', 'answer')).body).toEqual(first.body);
  now += 1_000;
  expect((await write('a day', 'answer')).body).not.toEqual(first.body);
});

test('a key belongs to one user and one address', async () => {
  const bodies = [
    await write('scoped', 'answer'),
    await write('scoped', 'answer', { role: 'viewer' }),
    await write('scoped', 'answer', { box: 'b' }),
  ].map(({ body }) => body.id);
  expect(new Set(bodies).size).toBe(3);
});

test('a key that is not 1 to 255 visible characters is malformed', async () => {
  for (const bad of ['a'.repeat(256), 'with space', 'ä']) {
    key = bad;
    const { status, body } = await write('bad key', 'answer');
    expect([status, body.errors?.[0]?.parameter]).toEqual([400, 'Idempotency-Key']);
  }
});

const leaseMs = 60_000;
const dayMs = 24 * 3_600_000;

function write(
  note: string,
  ending: Ending,
  { role = 'editor', box = 'a' }: { role?: 'editor' | 'viewer'; box?: string } = {},
): Promise<CallAnswer> {
  const token = own.token(role);
  return api.call(`/v1/test/notes/${box}`, {
    method: 'POST',
    token,
    json: { note, ending },
    headers: { 'idempotency-key': key },
  });
}

function notes(note: string): Promise<number> {
  return withTenant(api.services.db, own.tenantId, async (trx) => {
    const rows = await trx.selectFrom('user_group').select('id').where('name', 'like', `${note} %`).execute();
    return rows.length;
  });
}

/** The row as a process leaves it that was killed after the claim. */
async function dieBeforeAnswering(note: string): Promise<void> {
  const body = JSON.stringify({ note, ending: 'answer' });
  const bodyHash = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(body))).toString('hex');
  const owner = { tenantId: own.tenantId, userId: own.users.editor, route: 'post /v1/test/notes/a', key };
  await withTenant(api.services.db, own.tenantId, (trx) => claimKey(trx, owner, { bodyHash, now: new Date(now) }));
}
