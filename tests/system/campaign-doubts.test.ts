import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { programVariables } from '../../dev/environment.ts';
import { testStack } from '../../dev/stack.ts';
import type { MessagingSettings } from '../../simulators/graph/messaging/settings.ts';
import { statusPatienceMs } from '../../src/db/campaign-leases.ts';
import { tellCampaign } from '../../src/db/campaign-process.ts';
import { connect, type DatabasePool } from '../../src/db/connect.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { TemplateCategory } from '../../src/domain/template.ts';
import { readWorkerConfig } from '../../src/platform/config.ts';
import { endPacing, forgetCampaigns, startedCampaign, untilAllTold, untilState } from '../support/fault-campaign.ts';
import { control, resetNetworks } from '../support/fault-networks.ts';
import { ledgerCounts, type OwnCampaign } from '../support/own-campaign.ts';

const recipients = 12;
const withinMs = 60_000;
/** Every message is taken, and nobody says so: neither its answer nor any status comes through. */
const silent = { loseAnswerShare: 1, statusLossShare: 1 };

let database: DatabasePool;
beforeAll(() => {
  const { database: at } = readWorkerConfig(programVariables(testStack()));
  database = connect(at.appUrl, { max: 2, onError: () => undefined, applicationName: 'system-test' });
});
beforeEach(resetNetworks);
afterAll(async () => {
  await forgetCampaigns(database.db);
  await database.db.destroy();
});

test('a message whose answer was lost is known by its statuses, which come by webhook', async () => {
  const own = await started({ loseAnswerShare: 1, deliveredAfterMs: 100, readAfterMs: 100, readShare: 1 });
  await untilState(database.db, own, 'finished', withinMs);
  await untilAllTold(withinMs);
  expect(await ledgerCounts(database.db, own)).toEqual({ read: recipients });
  expect(await deliveries()).toMatchObject({ taken: recipients, most: 1 });
});

test('marketing of which nothing is heard stays in doubt for ever, and is never sent again', async () => {
  const own = await started(silent);
  await untilState(database.db, own, 'finished', withinMs);
  expect(await ledgerCounts(database.db, own)).toEqual({ unconfirmed: recipients });
  expect(await deliveries()).toMatchObject({ taken: recipients, most: 1 });
});

test('another message of which nothing is heard for a quarter of an hour is sent once more', async () => {
  const own = await started(silent, 'utility');
  await untilAllInDoubt(own);
  expect(await deliveries()).toMatchObject({ taken: recipients, most: 1 });
  await behave({ loseAnswerShare: 0 });
  await letPatienceEnd(own);
  await untilState(database.db, own, 'finished', withinMs);
  expect(await ledgerCounts(database.db, own)).toEqual({ sent: recipients });
  expect(await deliveries()).toMatchObject({ taken: 2 * recipients, most: 2 });
});

test('and if nothing is heard of that one either, not a third time', async () => {
  const own = await started(silent, 'utility');
  await untilAllInDoubt(own);
  await letPatienceEnd(own);
  await untilState(database.db, own, 'finished', withinMs);
  expect(await ledgerCounts(database.db, own)).toEqual({ unconfirmed: recipients });
  expect(await deliveries()).toMatchObject({ taken: 2 * recipients, most: 2 });
});

test('what WhatsApp holds back goes out when it lets it, and everybody has been sent it once', async () => {
  const own = await started(paced);
  await untilState(database.db, own, 'finished', withinMs);
  await untilAllTold(withinMs);
  expect(await ledgerCounts(database.db, own)).toEqual({ delivered: pacedAfter, sent: recipients - pacedAfter });
  expect(await heldBack(own)).toBe(recipients - pacedAfter);
  expect(await endPacing(database.db, own, 'release')).toEqual({ messages: recipients - pacedAfter });
  await untilAllTold(withinMs);
  expect(await ledgerCounts(database.db, own)).toEqual({ delivered: recipients });
  expect(await heldBack(own)).toBe(0);
  expect(await deliveries()).toMatchObject({ taken: recipients, most: 1 });
});

test('what it drops after the campaign has finished has failed, and nobody is sent it again', async () => {
  const own = await started(paced);
  await untilState(database.db, own, 'finished', withinMs);
  await untilAllTold(withinMs);
  await endPacing(database.db, own, 'drop');
  await untilAllTold(withinMs);
  expect(await ledgerCounts(database.db, own)).toEqual({ delivered: pacedAfter, failed: recipients - pacedAfter });
  expect(await heldBack(own)).toBe(0);
  expect(await deliveries()).toMatchObject({ taken: recipients, most: 1 });
});

const pacedAfter = 5;
const paced = { pacedAfter, deliveredAfterMs: 100, readShare: 0 };

const heldBack = async (own: OwnCampaign): Promise<number> => {
  const rows = await withTenant(database.db, own.tenantId, (trx) =>
    trx
      .selectFrom('campaign_message')
      .select('id')
      .where('campaign_id', '=', own.campaignId)
      .where('held_back_at', 'is not', null)
      .execute(),
  );
  return rows.length;
};

const started = (whatsapp: Partial<MessagingSettings>, category: TemplateCategory = 'marketing') =>
  startedCampaign(database.db, { recipients, whatsapp, category });

const behave = (change: Partial<MessagingSettings>) => control('graph', 'POST', '/messaging/settings', change);

const deliveries = () => control('graph', 'GET', '/messaging/deliveries');

async function untilAllInDoubt(own: OwnCampaign): Promise<void> {
  await expect
    .poll(() => ledgerCounts(database.db, own), { timeout: withinMs, interval: 100 })
    .toEqual({ unconfirmed: recipients });
}

/** As if all had been sent so long ago that no status comes any more, and the campaign had waited for that. */
function letPatienceEnd(own: OwnCampaign): Promise<void> {
  return withTenant(database.db, own.tenantId, async (trx) => {
    await trx
      .updateTable('campaign_message')
      .set({ sending_at: new Date(Date.now() - statusPatienceMs - 1_000) })
      .where('campaign_id', '=', own.campaignId)
      .execute();
    await tellCampaign(trx, own, new Date());
  });
}
