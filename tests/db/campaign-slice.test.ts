import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { takeBlock } from '../../src/db/sender-bucket.ts';
import { openDepartureLogs } from '../../src/platform/departure-log.ts';
import { toMicros } from '../../src/domain/rate-card.ts';
import { campaignAtWhatsapp, number } from './support/campaign-slice.ts';
import { databaseAs } from './support/stack-databases.ts';

const { db } = databaseAs('app', { max: 8 });

/** A slice is repeated as its process repeats it, until there is nothing left for it to do. */
const patience = { timeout: 25_000 };

afterEach(() => void vi.useRealTimers());

test('a slice sends to everybody who is due, once', async () => {
  const { slice, counts, taken } = await campaignAtWhatsapp(db, { recipients: 100 });
  await vi.waitUntil(async () => (await slice()) && (await counts())['queued'] === undefined, patience);
  expect(await counts()).toEqual({ sent: 100 });
  expect([(await taken()).length, new Set(await taken()).size]).toEqual([100, 100]);
});

test.skipIf(process.platform !== 'linux')(
  'while a slice sends, its log tells who has left; when all is written down there is none',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'departures-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const logs = () => openDepartureLogs(folder, { clock: Date.now, onError: () => undefined });
    const { own, inTenant, slice, counts } = await campaignAtWhatsapp(
      db,
      { recipients: 5 },
      { latencyMs: 1_500 },
      logs(),
    );
    const rows = await inTenant((trx) =>
      trx.selectFrom('campaign_message').select('id').where('campaign_id', '=', own.campaignId).execute(),
    );
    const working = slice();
    const noted = () =>
      logs()
        ?.ofOthers()
        .map(({ about, read }) => ({ about, departed: rows.filter(({ id }) => read()?.has(id)) }));
    await expect
      .poll(noted, { timeout: 10_000 })
      .toMatchObject([{ about: { tenantId: own.tenantId, campaignId: own.campaignId }, departed: rows }]);
    expect(await counts()).toEqual({ sending: 5 });
    await working;
    expect(noted()).toEqual([]);
  },
);

describe('a campaign is paused', () => {
  test('by the tenant’s monthly quota, which is used to the last message and never passed', async () => {
    const { own, inTenant, slice, counts, campaign, taken } = await campaignAtWhatsapp(db, { recipients: 8 });
    await inTenant((trx) =>
      trx.insertInto('campaign_setting').values({ tenant_id: own.tenantId, monthly_quota: 5 }).execute(),
    );
    // What the quota has no room for goes back, and may be found by the next slice only.
    const ends = [await slice(), await slice()];
    expect(ends.reduce((sum, { sent }) => sum + sent, 0)).toBe(5);
    expect(ends[1]?.end).toBe('stopped');
    expect(await campaign()).toMatchObject({ state: 'paused', pause_reason: 'quota' });
    expect(await counts()).toEqual({ queued: 3, sent: 5 });
    expect(await taken()).toHaveLength(5);
  });

  test('by that quota only for what WhatsApp has taken: what it sends back is not counted, nor counted twice', async () => {
    const { own, inTenant, slice, counts, campaign, control } = await campaignAtWhatsapp(db, { recipients: 5 });
    await inTenant((trx) =>
      trx.insertInto('campaign_setting').values({ tenant_id: own.tenantId, monthly_quota: 5 }).execute(),
    );
    await control('/messaging/settings', { json: { refuseAllWith: 131_056 } });
    await slice();
    expect(await counts()).toEqual({ queued: 5 });
    await control('/messaging/settings', { json: { refuseAllWith: null } });
    await inTenant((trx) => trx.updateTable('campaign_message').set({ due_at: new Date() }).execute());
    await vi.waitUntil(async () => (await slice()) && (await counts())['queued'] === undefined, patience);
    expect([await counts(), (await campaign()).state]).toEqual([{ sent: 5 }, 'running']);
    const used = await inTenant((trx) => trx.selectFrom('campaign_usage').select('messages').execute());
    expect(used).toEqual([{ messages: 5 }]);
  });

  test('when too many of its messages are refused, before all of them are', async () => {
    const { slice, counts, campaign, control } = await campaignAtWhatsapp(db, { recipients: 600, ratePerS: 400 });
    await control('/templates', {
      json: { wabaId: number.wabaId, name: 'saldi', components: [{ type: 'BODY', text: 'Ciao {{1}}! Da oggi.' }] },
    });
    expect(await slice()).toMatchObject({ end: 'stopped', sent: 0 });
    expect(await campaign()).toMatchObject({ state: 'paused', pause_reason: 'error_rate' });
    const { failed = 0, queued = 0 } = await counts();
    expect([failed >= 100, queued > 0, failed + queued]).toEqual([true, true, 600]);
  });

  test('by its cost cap, which two slices at once do not pass, and which keeps no room that is needed', async () => {
    const { slice, counts, campaign } = await campaignAtWhatsapp(db, { recipients: 60, costCap: '2.00' });
    const ends = await Promise.all([slice(), slice()]);
    expect(ends.map(({ end }) => end)).toEqual(['stopped', 'stopped']);
    expect(await campaign()).toMatchObject({ state: 'paused', pause_reason: 'cost_cap' });
    const { sent = 0, queued = 0 } = await counts();
    expect(sent + queued).toBe(60);
    const [spent, dearest] = [BigInt(sent) * toMicros('0.0658'), toMicros('0.1323')];
    expect(spent <= toMicros('2.00')).toBe(true);
    expect(toMicros('2.00') - spent < dearest).toBe(true);
  });

  test('at once where it has a cost cap and nobody knows a price', async () => {
    const facts = { recipients: 2, costCap: '2.00', category: 'authentication' } as const;
    const { inTenant, slice, counts, campaign } = await campaignAtWhatsapp(db, facts);
    await inTenant((trx) => trx.updateTable('campaign').set({ currency: 'CHF' }).execute());
    await slice();
    expect(await campaign()).toMatchObject({ state: 'paused', pause_reason: 'cost_cap' });
    expect(await counts()).toEqual({ queued: 2 });
  });
});

test('what WhatsApp takes and holds back is sent for good, and the ledger says how many those are', async () => {
  const { inTenant, slice, counts, taken } = await campaignAtWhatsapp(db, { recipients: 20 }, { pacedAfter: 8 });
  await vi.waitUntil(async () => (await slice()) && (await counts())['queued'] === undefined, patience);
  expect(await counts()).toEqual({ sent: 20 });
  await slice();
  expect(await taken()).toHaveLength(20);
  const heldBack = await inTenant((trx) =>
    trx.selectFrom('campaign_message').select('id').where('held_back_at', 'is not', null).execute(),
  );
  expect(heldBack).toHaveLength(12);
});

test('a campaign whose last message uses up its cost cap has not been stopped by it', async () => {
  const { slice, counts, campaign } = await campaignAtWhatsapp(db, { recipients: 1, costCap: '0.1323' });
  expect(await slice()).toEqual({ end: 'drained', sent: 1 });
  expect(await campaign()).toMatchObject({ state: 'running' });
  expect(await counts()).toEqual({ sent: 1 });
});

test('in quiet hours nothing is sent: by the recipient’s clock, not by ours', async () => {
  at('2026-12-01T15:00:00Z');
  const quietHours = { from: '21:00', to: '09:00' };
  const { inTenant, slice, taken, counts } = await campaignAtWhatsapp(db, { recipients: 4, quietHours });
  const zones = ['America/New_York', 'Asia/Tokyo', null, 'Asia/Tokyo'];
  const people = await inTenant(async (trx) => {
    const rows = await trx.selectFrom('author').select(['id', 'phone']).orderBy('phone').execute();
    for (const [place, { id }] of rows.entries()) {
      await trx.updateTable('author').set({ time_zone: zones[place] }).where('id', '=', id).execute();
    }
    return rows.map(({ phone }) => phone);
  });
  await slice();
  expect((await taken()).toSorted()).toEqual([people[0], people[2]]);
  expect(await counts()).toEqual({ queued: 2, sent: 2 });
  const postponed = await inTenant((trx) =>
    trx.selectFrom('campaign_message').select(['due_at', 'attempts']).where('state', '=', 'queued').execute(),
  );
  // Nine o'clock in Tokyo.
  const morning = { due_at: new Date('2026-12-02T00:00:00Z'), attempts: 0 };
  expect(postponed).toEqual([morning, morning]);
  at('2026-12-02T00:00:01Z');
  await slice();
  expect(await counts()).toEqual({ sent: 4 });
});

test('with the reach used up it runs and waits, and goes on with the next day’s', async () => {
  at('2026-12-01T10:00:00Z');
  const { slice, counts, campaign, taken } = await campaignAtWhatsapp(db, { recipients: 260 }, { tier: 'TIER_250' });
  const until = async () => (await campaign()).waiting_until?.getTime() ?? 0;
  // What could not leave in time is tried again within seconds: it holds its place already.
  await vi.waitUntil(async () => {
    expect((await slice()).end).toBe('reach');
    if ((await counts())['sent'] === 250) return true;
    expect((await until()) - Date.now()).toBeLessThan(10_000);
    at(new Date(Date.now() + 10_000).toISOString());
    return false;
  }, patience);
  const waiting = await campaign();
  expect(waiting.state).toBe('running');
  expect(waiting.waiting_until?.getTime()).toBeGreaterThanOrEqual(Date.parse('2026-12-02T10:00:00Z'));
  expect(await counts()).toEqual({ queued: 10, sent: 250 });
  at('2026-12-02T10:30:00Z');
  await vi.waitUntil(async () => (await slice()) && (await counts())['queued'] === undefined, patience);
  expect(new Set(await taken()).size).toBe(260);
});

test('the pair limit puts off one person’s message and nobody else’s', async () => {
  const { own, inTenant, slice, counts, campaign, control } = await campaignAtWhatsapp(
    db,
    { recipients: 5, category: 'utility' },
    { pairBurst: 1 },
  );
  // What was said to one of them a moment ago.
  await slice();
  await inTenant(async (trx) => {
    await trx.updateTable('campaign_message').set({ state: 'skipped' }).execute();
    const [first] = await trx.selectFrom('campaign_message').select('id').orderBy('id').limit(1).execute();
    const again = { state: 'queued', lease_token: null, provider_message_id: null, sent_at: null } as const;
    await trx
      .updateTable('campaign_message')
      .set(again)
      .where('id', '=', first?.id ?? null)
      .execute();
  });
  const before = Date.now();
  expect(await slice()).toEqual({ end: 'drained', sent: 0 });
  expect(await campaign()).toMatchObject({ id: own.campaignId, state: 'running' });
  const [row] = await inTenant((trx) =>
    trx.selectFrom('campaign_message').selectAll().where('state', '=', 'queued').execute(),
  );
  expect(row).toMatchObject({ error_code: 131_056, attempts: 2 });
  expect((row?.due_at.getTime() ?? 0) - before).toBeGreaterThanOrEqual(16_000);
  expect((await counts())['failed']).toBeUndefined();
  expect((await control('/messaging/deliveries')).body).toMatchObject({ taken: 5, most: 1 });
});

test('130429 halves the number’s rate, which comes back; nobody is lost or written to twice', async () => {
  const limits = { throughput: 'STANDARD', perSecond: 30 } as const;
  const { own, inTenant, slice, counts, control } = await campaignAtWhatsapp(db, { recipients: 90 }, limits);
  await vi.waitUntil(async () => (await slice()) && (await counts())['queued'] === undefined, patience);
  expect(await counts()).toEqual({ sent: 90 });
  expect((await control('/messaging/deliveries')).body).toMatchObject({ taken: 90, most: 1 });
  const bucket = await inTenant((trx) => trx.selectFrom('sender_bucket').selectAll().executeTakeFirstOrThrow());
  expect([bucket.limit_per_s, bucket.rate_per_s <= 40, bucket.halved_at !== null]).toEqual([80, true, true]);
  await inTenant((trx) =>
    sql`update sender_bucket set halved_at = halved_at - interval '1 minute',
    taken_until = clock_timestamp()`.execute(trx),
  );
  const block = await inTenant((trx) => takeBlock(trx, own, { most: 100, ownRatePerS: null }));
  expect(block.count).toBe(Math.floor(80 * 0.9 * 0.2));
});

function at(instant: string): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(instant) });
}
