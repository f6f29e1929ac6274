import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { cancelClaimed, cancelling, cancelQueued } from '../../src/db/campaign-leases.ts';
import type { CampaignMessageId } from '../../src/domain/ids.ts';
import { ledgerCounts } from '../support/own-campaign.ts';
import { ledgerOf } from './support/campaign-ledger.ts';
import { databaseAs } from './support/stack-databases.ts';

const { db } = databaseAs('app', { max: 2 });
const owner = databaseAs('owner', { max: 1 });

test('a cancelled campaign skips what was not sent, piece by piece, and what was only claimed', async () => {
  const { own, claim, claimRows, inTenant } = await ledgerOf(db, 9);
  await claimRows(claim, 2);
  await inTenant((trx) => cancelClaimed(trx, own));
  expect(await ledgerCounts(db, own)).toEqual({ queued: 7, skipped: 2 });
  const left: unknown[] = [];
  for (let after: CampaignMessageId | null = null; after !== null || left.length === 0;) {
    const from: CampaignMessageId | null = after;
    after = await inTenant((trx) => cancelQueued(trx, own, { after: from, limit: 3 }));
    left.push((await ledgerCounts(db, own))['queued'] ?? 0);
  }
  expect(left).toEqual([4, 1, 0]);
  expect(await ledgerCounts(db, own)).toEqual({ skipped: 9 });
});

test('a piece that is cancelled is held against its own rows only, also where statistics do not know the campaign', async () => {
  await sql`analyze campaign_message`.execute(owner.db);
  const { own, inTenant } = await ledgerOf(db, 2_000);
  const after = await inTenant((trx) => cancelQueued(trx, own, { after: null, limit: 1_000 }));
  const plan = await inTenant(async (trx) => {
    const { rows } = await sql<{ 'QUERY PLAN': string }>`explain (analyze, costs off, timing off)
      ${cancelling(own, { after, limit: 500 })}`.execute(trx);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
  expect(plan).toMatch(/Tid Scan on campaign_message message \(actual rows=1\.00 loops=500\)/);
  expect(plan).toMatch(/campaign_message_queued .*\(actual rows=(?:500|1000)\.00 /);
  expect(plan).not.toMatch(/Rows Removed by Join Filter/);
});
