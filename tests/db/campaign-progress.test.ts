import { beforeEach, expect, test } from 'vitest';
import { tellProgress } from '../../src/db/campaign-progress.ts';
import { withTenant } from '../../src/db/tenant.ts';
import { insertRecipient } from './support/ledger-rows.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

const app = databaseAs('app');
const start = Date.parse('2090-01-01T00:00:00Z');
let tenant: OneRowPerTable;

beforeEach(async () => {
  tenant = oneRowPerTable();
  await within(async (trx) => {
    await insertRows(trx, tenant);
    await trx.deleteFrom('campaign_progress').execute();
  });
});

test('progress is told with counts of people', async () => {
  const seen = new Date(start);
  await within(async (trx) => {
    await insertRecipient(trx, tenant, { state: 'sent', cost: '0.057200', held_back_at: seen });
    await insertRecipient(trx, tenant, { state: 'delivered', cost: '0.057200', replied_at: seen });
    await insertRecipient(trx, tenant, { state: 'read', replied_at: seen, clicked_at: seen, opted_out_at: seen });
    await insertRecipient(trx, tenant, { state: 'failed' });
    await insertRecipient(trx, tenant, { state: 'unconfirmed', provider_message_id: null });
    await insertRecipient(trx, tenant, { state: 'skipped', provider_message_id: null, sent_at: null });
  });
  expect(await tell(start)).toBe(true);
  expect(await told()).toEqual([
    {
      recipients: 7,
      waiting: 1,
      sent: 3,
      heldBack: 1,
      delivered: 2,
      read: 1,
      failed: 1,
      skipped: 1,
      unconfirmed: 1,
      replied: 2,
      clicked: 1,
      optedOut: 1,
      cost: '0.057200',
    },
  ]);
});

test('progress is told once in a second, whoever tells', async () => {
  const first = await Promise.all([tell(start), tell(start), tell(start + 999)]);
  expect(first.filter(Boolean)).toHaveLength(1);
  expect(await tell(start + 2_000)).toBe(true);
  expect(await told()).toHaveLength(2);
});

test('a campaign that takes long to count is counted the less often', async () => {
  let clock = start;
  const slow = () => (clock += 500);
  expect(await within((trx) => tellProgress(trx, { ...key(), clock: slow }))).toBe(true);
  expect(await tell(start + 9_000)).toBe(false);
  expect(await tell(start + 11_000)).toBe(true);
});

const key = () => ({ tenantId: tenant.tenant.id, campaignId: tenant.campaign.id });
const tell = (at: number) => within((trx) => tellProgress(trx, { ...key(), clock: () => at }));

const told = async () => {
  const events = await within((trx) =>
    trx.selectFrom('event').select('data').where('kind', '=', 'campaign.progressed').execute(),
  );
  return events.map(({ data }) => data);
};

function within<T>(work: Parameters<typeof withTenant<T>>[2]): Promise<T> {
  return withTenant(app.db, tenant.tenant.id, work);
}
