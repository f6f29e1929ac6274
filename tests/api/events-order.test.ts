import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appendEvents } from '../../src/db/event.ts';
import { withTenant } from '../../src/db/tenant.ts';
import { startApi, type TestApi } from '../support/api.ts';
import { openEvents } from '../support/event-stream.ts';
import { createOwnTenant, type OwnTenant, ownTokens } from '../support/own-tenant.ts';
import { databaseAs } from '../db/support/stack-databases.ts';

let api: TestApi;
let own: OwnTenant;
// The writers hold connections for long; readers must not wait behind them.
const { db } = databaseAs('app', { max: 24 });
beforeAll(async () => {
  api = await startApi({ services: { tokens: ownTokens } });
  own = await createOwnTenant(db);
});
afterAll(() => api.close());

const writers = 20;
const rounds = 15;

test('twenty writers whose transactions commit late, readers that reconnect all the time: each event once, in commit order', async () => {
  const start = await openEvents(api.url, { token: own.token('editor') });
  const from = start.lastEventId();
  let writing = true;
  const writes = Promise.all(Array.from({ length: writers }, writeForAWhile)).finally(() => (writing = false));
  const restless = [readRestlessly(from, () => writing), readRestlessly(from, () => writing)];
  await writes;
  const logged = await wholeLog();
  expect(logged.length).toBeGreaterThan(writers * rounds);

  await start.until('the last', () => start.events.length >= logged.length, 30_000);
  expect(start.events.map(({ id }) => id)).toEqual(logged);
  for (const read of await Promise.all(restless)) expect(read).toEqual(logged);
  await start.close();

  const late = await openEvents(api.url, { token: own.token('editor'), after: from });
  await late.until('the whole past', () => late.events.length >= logged.length, 30_000);
  expect(late.events.map(({ id }) => id)).toEqual(logged);
  await late.close();
});

test('without notifications events come a moment later, and none is lost', async () => {
  const stream = await openEvents(api.url, { token: own.token('editor') });
  const before = (await wholeLog()).length;
  for (let times = 0; times < 3; times += 1) {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
              where application_name = 'chorally-listen' and usename = current_user`.execute(api.system);
    await writeOnce();
  }
  await stream.until('all of them', () => stream.events.length === 9);
  expect(stream.events.map(({ id }) => id)).toEqual((await wholeLog()).slice(before));
  await stream.close();
});

/** Transactions that write at once and commit after others that began later; some never commit. */
async function writeForAWhile(): Promise<void> {
  for (let round = 0; round < rounds; round += 1) await writeOnce(randomInt(60));
}

async function writeOnce(openForMs = 0): Promise<void> {
  const rollsBack = randomInt(10) === 0 && openForMs > 0;
  const event = () => ({
    tenantId: own.tenantId,
    at: new Date(),
    kind: 'post.edited' as const,
    entity: 'post' as const,
    entityId: randomUUID(),
    actor: { kind: 'process' as const },
  });
  await withTenant(db, own.tenantId, async (trx) => {
    await appendEvents(trx, [event()]);
    await sleep(openForMs);
    await appendEvents(trx, Array.from({ length: 2 }, event));
    if (rollsBack) throw new Error('rolled back');
  }).catch((error: unknown) => {
    if (!rollsBack) throw error;
  });
}

/** Reads with one connection after the other, each cut after a few events. Returns the ids in the order of arrival. */
async function readRestlessly(from: string | null, goesOn: () => boolean): Promise<readonly string[]> {
  const ids: string[] = [];
  let after = from;
  for (let last = false; !last;) {
    last = !goesOn();
    const stream = await openEvents(api.url, { token: own.token('supervisor'), after });
    const wanted = last ? (await wholeLog()).length - ids.length : randomInt(1, 40);
    await stream.until('a few', () => stream.events.length >= wanted || !(last || goesOn()), 30_000);
    await stream.close();
    ids.push(...stream.events.map(({ id }) => id));
    after = stream.lastEventId();
  }
  return ids;
}

/** The ids of everything that was committed, in the order in which it must be told. */
async function wholeLog(): Promise<readonly string[]> {
  const { rows } = await withTenant(db, own.tenantId, (trx) =>
    sql<{ id: string }>`select xid || '-' || position as id from event order by xid, position`.execute(trx),
  );
  return rows.map(({ id }) => id);
}
