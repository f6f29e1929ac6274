import { expect, test } from 'vitest';
import { reserveReach } from '../../src/db/portfolio-reach.ts';
import { debitInbound, setSenderLimit, slowSender, takeBlock, takeForReply } from '../../src/db/sender-bucket.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import { blockMs } from '../../src/domain/sender-rate.ts';
import { ownCampaign } from '../support/own-campaign.ts';
import { testMasterKeys } from './support/held-connections.ts';
import { databaseAs } from './support/stack-databases.ts';

const { db } = databaseAs('app', { max: 6 });
const all = { most: 1_000, ownRatePerS: null };

test('campaigns together are handed out no more than the number can send, and none far ahead', async () => {
  const { own, inTenant } = await numberOf(100);
  await inTenant((trx) => setSenderLimit(trx, own, 100));
  const blocks = await Promise.all(Array.from({ length: 6 }, () => inTenant((trx) => takeBlock(trx, own, all))));
  const counts = blocks.map(({ count }) => count);
  expect(Math.max(...counts)).toBe(18);
  // Two blocks of 200 ms fit; the rest is told when to come back.
  expect(counts.filter((count) => count > 0).length).toBeLessThanOrEqual(3);
  for (const { startsInMs } of blocks) expect(startsInMs).toBeLessThanOrEqual(3 * blockMs);
});

test('a live reply does not wait for campaigns, and they make room for it afterwards', async () => {
  const { own, inTenant } = await numberOf(100);
  await inTenant((trx) => setSenderLimit(trx, own, 1));
  await inTenant((trx) => takeBlock(trx, own, all));
  const before = (await inTenant((trx) => takeBlock(trx, own, all))).startsInMs;
  expect(await inTenant((trx) => takeForReply(trx, own))).toBe(0);
  const after = (await inTenant((trx) => takeBlock(trx, own, all))).startsInMs;
  expect(after).toBeGreaterThan(before);
});

test('messages that come in take their part of the throughput', async () => {
  const { own, inTenant } = await numberOf(1);
  await inTenant((trx) => setSenderLimit(trx, own, 10));
  await inTenant((trx) => debitInbound(trx, own, 20));
  const { count, startsInMs } = await inTenant((trx) => takeBlock(trx, own, all));
  expect(count).toBe(0);
  expect(startsInMs).toBeGreaterThan(1_000);
});

test('"too fast" halves the rate, once however many messages were refused', async () => {
  const { own, inTenant } = await numberOf(1);
  await inTenant((trx) => setSenderLimit(trx, own, 100));
  for (let refused = 0; refused < 5; refused += 1) await inTenant((trx) => slowSender(trx, own));
  expect((await inTenant((trx) => takeBlock(trx, own, all))).count).toBe(9);
});

test('a portfolio reaches so many people in a day, counts nobody twice, and knows when it may reach more', async () => {
  const { own, inTenant, people } = await numberOf(8);
  const portfolio = { tenantId: own.tenantId, id: 'p', tier: 5 };
  const at = (hour: number) => new Date(Date.UTC(2026, 10, 1, hour));
  const reach = (from: number, to: number, hour: number) =>
    inTenant((trx) => reserveReach(trx, portfolio, { authorIds: people.slice(from, to), now: at(hour) }));

  expect(await reach(0, 3, 8)).toEqual({ allowed: new Set(people.slice(0, 3)), moreAt: null });
  expect(await reach(2, 7, 10)).toEqual({ allowed: new Set(people.slice(2, 5)), moreAt: at(8 + 24) });
  expect((await reach(0, 5, 12)).moreAt, 'whom it has reached it may write to again').toBeNull();
  expect((await reach(5, 8, 8 + 25)).allowed.size, 'three places are free again').toBe(3);
});

test('two campaigns at once never share the last place', async () => {
  const { own, inTenant, people } = await numberOf(20);
  const portfolio = { tenantId: own.tenantId, id: 'p', tier: 7 };
  const now = new Date();
  const halves = await Promise.all(
    [people.slice(0, 10), people.slice(10)].map((authorIds) =>
      inTenant((trx) => reserveReach(trx, portfolio, { authorIds, now })),
    ),
  );
  expect(halves.reduce((sum, { allowed }) => sum + allowed.size, 0)).toBe(7);
});

async function numberOf(recipients: number) {
  const own = await ownCampaign(db, { masterKeys: testMasterKeys, recipients });
  const inTenant = <T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> => withTenant(db, own.tenantId, work);
  const rows = await inTenant((trx) => trx.selectFrom('author').select('id').orderBy('id').execute());
  return { own, inTenant, people: rows.map(({ id }) => id) };
}
