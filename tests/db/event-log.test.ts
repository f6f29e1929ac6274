import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { appendEvents } from '../../src/db/event.ts';
import { canResume, keptMs, logAfter, pageSize, readEnd, readLog } from '../../src/db/event-log.ts';
import { readTenant, type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import type { EventPosition } from '../../src/domain/event-position.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import { databaseAs } from './support/stack-databases.ts';

const { db } = databaseAs('app', { max: 8 });
const owner = databaseAs('owner', { max: 1 });
const now = new Date();
const beginning = { xid: 0n, position: 0n };

test('what commits later stands later, whenever it was written', async () => {
  const { write, read } = aTenant();
  const early = open(write('early'));
  await early.written;
  await inTransaction(write('late'));

  const meanwhile = await read(beginning);
  expect(meanwhile).toMatchObject({ events: [], more: 'soon' });
  await early.commit();

  const page = await readUntil(read, meanwhile.upTo, 2);
  expect(page.events.map(({ data }) => data['name'])).toEqual(['early', 'late']);
});

test('a reader that has gone on past an open transaction gets what that one writes', async () => {
  const { write, read } = aTenant();
  await inTransaction(write('first'));
  const open1 = open(write('slow'));
  await open1.written;
  const before = await readUntil(read, beginning, 1);
  expect(before.events.map(({ data }) => data['name'])).toEqual(['first']);
  await open1.commit();
  const after = await readUntil(read, before.upTo, 1);
  expect(after.events.map(({ data }) => data['name'])).toEqual(['slow']);
});

test('a transaction that is rolled back is never told, and holds nobody up any more', async () => {
  const { write, read } = aTenant();
  const undone = open(write('undone'));
  await undone.written;
  await inTransaction(write('done'));
  await undone.rollback();
  const { events } = await readUntil(read, beginning, 1);
  expect(events.map(({ data }) => data['name'])).toEqual(['done']);
});

test('pages follow one another without a gap or a repetition', async () => {
  const { write, read } = aTenant();
  const names = Array.from({ length: pageSize + 7 }, (_, index) => `e${index}`);
  await inTransaction(write(...names));
  const first = await readUntil(read, beginning, pageSize);
  expect(first.more).toBe('now');
  const second = await read(first.upTo);
  expect([...first.events, ...second.events].map(({ data }) => data['name'])).toEqual(names);
});

test('a tenant reads its own log only', async () => {
  const [mine, theirs] = [aTenant(), aTenant()];
  await inTransaction(theirs.write('theirs'));
  await inTransaction(mine.write('mine'));
  const { events } = await readUntil(mine.read, beginning, 1);
  expect(events.map(({ data }) => data['name'])).toEqual(['mine']);
});

test('who begins at the end is told nothing of what was before', async () => {
  const { tenantId, write, read } = aTenant();
  await inTransaction(write('before'));
  await readUntil(read, beginning, 1);
  const end = await readTenant(db, tenantId, readEnd);
  await inTransaction(write('after'));
  const { events } = await readUntil(read, end, 1);
  expect(events.map(({ data }) => data['name'])).toEqual(['after']);
});

test('a place can be resumed from as long as what follows it is kept', async () => {
  const { tenantId, write, read } = aTenant();
  const resumable = (after: EventPosition) => readTenant(db, tenantId, (trx) => canResume(trx, { after, now }));
  expect(await resumable(beginning)).toBe(true);
  await inTransaction(write('new'));
  expect(await resumable(beginning)).toBe(true);
  const { upTo } = await readUntil(read, beginning, 1);

  const old = aTenant(new Date(now.getTime() - keptMs - 60_000));
  await inTransaction(old.write('old'));
  const oldResumable = (after: EventPosition) => readTenant(db, old.tenantId, (trx) => canResume(trx, { after, now }));
  expect(await oldResumable(beginning)).toBe(false);
  expect(await oldResumable({ ...upTo, xid: upTo.xid + 1_000_000n })).toBe(false);
});

test('the log is read by its index, and only in the months that are kept', async () => {
  const { tenantId, write } = aTenant();
  await inTransaction(write(...Array.from({ length: 5_000 }, (_, index) => `event ${index}`)));
  // What Postgres does by itself after a while: of a log that it does not know it would rather read everything.
  await sql`analyze event`.execute(owner.db);
  const plan = await readTenant(db, tenantId, async (trx) => {
    // Or else the months in which nothing has happened, which are empty here.
    await sql`set local enable_seqscan = off`.execute(trx);
    const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${logAfter(await readEnd(trx), now)}`.execute(trx);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
  const conditions = plan.match(/Index Cond: .*/g) ?? [];
  // The window reaches into two months, three in February, and what is before the first of them is in a further one.
  expect(conditions.length).toBeGreaterThan(0);
  expect(conditions.length).toBeLessThanOrEqual(4);
  for (const condition of conditions) expect(condition).toMatch(/ROW\(xid, "position"\) > ROW/);
  expect(plan).not.toMatch(/Seq Scan/);
});

function aTenant(at = now) {
  const tenantId = randomUUID() as TenantId;
  return {
    tenantId,
    read: (after: EventPosition) => readTenant(db, tenantId, (trx) => readLog(trx, { after, now })),
    /** Writes events of these names. */
    write: (...names: readonly string[]) => ({
      tenantId,
      work: (trx: TenantTransaction) =>
        appendEvents(
          trx,
          names.map((name) => ({
            tenantId,
            at,
            kind: 'post.edited' as const,
            entity: 'post' as const,
            entityId: randomUUID(),
            actor: { kind: 'process' as const },
            data: { name },
          })),
        ),
    }),
  };
}

type Writing = ReturnType<ReturnType<typeof aTenant>['write']>;
type Read = ReturnType<typeof aTenant>['read'];

function inTransaction({ tenantId, work }: Writing): Promise<void> {
  return withTenant(db, tenantId, work);
}

/** A transaction that has written and stays open until it is told how to end. */
function open({ tenantId, work }: Writing) {
  const [written, ending] = [Promise.withResolvers<void>(), Promise.withResolvers<'commit' | 'rollback'>()];
  const done = withTenant(db, tenantId, async (trx) => {
    await work(trx);
    written.resolve();
    if ((await ending.promise) === 'rollback') throw new Error('rolled back');
  }).catch((error: unknown) => {
    if (!(error instanceof Error && error.message === 'rolled back')) throw error;
  });
  const end = (how: 'commit' | 'rollback') => {
    ending.resolve(how);
    return done;
  };
  return { written: written.promise, commit: () => end('commit'), rollback: () => end('rollback') };
}

/** Other tests' transactions hold this tenant's readers up, too: reads until so many events have had their turn. */
async function readUntil(read: Read, after: EventPosition, count: number) {
  for (;;) {
    const page = await read(after);
    if (page.events.length >= count) return page;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
