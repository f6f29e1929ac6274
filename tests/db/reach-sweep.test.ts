import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { withTenant } from '../../src/db/tenant.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import { createLogger } from '../../src/platform/logging.ts';
import { folderStorage } from '../../src/platform/storage/folder.ts';
import { sweepReach } from '../../src/relay/sweep-reach.ts';
import { startSweeps } from '../../src/relay/sweeps.ts';
import { ownCampaign, type OwnCampaign } from '../support/own-campaign.ts';
import { testMasterKeys } from './support/held-connections.ts';
import { useOwnDatabase } from './support/own-database.ts';

const database = useOwnDatabase();
const now = new Date('2026-11-29T12:00:00Z');
const log = createLogger({ program: 'test', level: 'silent' });
const hours = (count: number) => new Date(now.getTime() - count * 3_600_000);

test('whom a portfolio has reached is forgotten after 24 hours and one, however many they are, and not before', async () => {
  const own = await ownCampaign(database.app, { masterKeys: testMasterKeys, recipients: 6_000 });
  await reach(own, { portfolio: 'old', at: new Date(hours(25).getTime() - 1) });
  await reach(own, { portfolio: 'young', at: hours(25) });
  expect(await sweep([own.tenantId])).toEqual({ reached: 6_000 });
  expect(await reachedOf(own)).toEqual({ young: 6_000 });
  expect(await sweep([own.tenantId])).toEqual({ reached: 0 });
});

test('who is being reached anew stays, and the sweep does not wait for them', async () => {
  const own = await ownCampaign(database.app, { masterKeys: testMasterKeys, recipients: 3 });
  await reach(own, { portfolio: 'p', at: hours(30) });
  await withTenant(database.app, own.tenantId, async (trx) => {
    await sql`
      update portfolio_reach set opened_at = ${now}
      where author_id = (select author_id from portfolio_reach limit 1)`.execute(trx);
    expect(await sweep([own.tenantId])).toEqual({ reached: 2 });
  });
  expect(await reachedOf(own)).toEqual({ p: 1 });
});

test('a tenant that cannot be swept does not keep the next one from it', async () => {
  const own = await ownCampaign(database.app, { masterKeys: testMasterKeys, recipients: 2 });
  await reach(own, { portfolio: 'p', at: hours(30) });
  expect(await sweep(['no tenant' as TenantId, own.tenantId])).toEqual({ reached: 2 });
});

test('the worker sweeps the reach of every tenant', async () => {
  const tenants: OwnCampaign[] = [];
  for (let i = 0; i < 2; i += 1) {
    const own = await ownCampaign(database.app, { masterKeys: testMasterKeys, recipients: 2 });
    await reach(own, { portfolio: 'p', at: hours(30) });
    tenants.push(own);
  }
  const directory = await mkdtemp(join(tmpdir(), 'chorally-sweep-'));
  const db = database.app;
  const sweeps = startSweeps({
    system: database.system,
    clock: () => now.getTime(),
    log,
    media: { db, storage: folderStorage(directory), unusedDays: 30 },
    templates: { db, read: () => Promise.resolve(null) },
    reach: { db },
  });
  onTestFinished(async () => {
    await sweeps.stop();
    await rm(directory, { recursive: true, force: true });
  });
  await expect.poll(() => Promise.all(tenants.map(reachedOf)), { timeout: 20_000 }).toEqual([{}, {}]);
});

const sweep = (tenants: readonly TenantId[]) =>
  sweepReach({ tenants: () => Promise.resolve(tenants), db: database.app, log }, now);

/** Everybody of a campaign's audience has been written to. */
function reach({ tenantId }: OwnCampaign, { portfolio, at }: { portfolio: string; at: Date }) {
  return withTenant(database.app, tenantId, (trx) =>
    sql`
      insert into portfolio_reach (tenant_id, portfolio_id, author_id, opened_at)
      select tenant_id, ${portfolio}::text, id, ${at}::timestamptz from author`.execute(trx),
  );
}

/** How many people each portfolio has reached. */
async function reachedOf({ tenantId }: OwnCampaign): Promise<Record<string, number>> {
  const rows = await withTenant(database.app, tenantId, (trx) =>
    trx
      .selectFrom('portfolio_reach')
      .select((eb) => ['portfolio_id', eb.fn.countAll<string>().as('count')])
      .groupBy('portfolio_id')
      .execute(),
  );
  return Object.fromEntries(rows.map(({ portfolio_id, count }) => [portfolio_id, Number(count)]));
}
