import { expect, test } from 'vitest';
import { openMessageIntake } from '../../src/bin/message-intake.ts';
import { withTenant } from '../../src/db/tenant.ts';
import { opaqueOf } from '../../src/domain/opaque-data.ts';
import { createLogger } from '../../src/platform/logging.ts';
import { ownCampaign } from '../support/own-campaign.ts';
import { testMasterKeys } from './support/held-connections.ts';
import { databaseAs } from './support/stack-databases.ts';

const { db } = databaseAs('app');

test('a campaign whose messages are taken and then mostly cannot be delivered is paused by what webhooks tell', async () => {
  const own = await ownCampaign(db, { masterKeys: testMasterKeys, recipients: 100 });
  const { tenantId, campaignId, connectionId } = own;
  const ids = await withTenant(db, tenantId, async (trx) => {
    const rows = await trx.updateTable('campaign_message').set({ state: 'sent' }).returning('id').execute();
    return rows.map(({ id }) => id);
  });
  const intake = openMessageIntake({ db, clock: Date.now, log: createLogger({ program: 'test', level: 'silent' }) });
  const statuses = ids.map((id) => ({
    providerId: `wamid.${id}`,
    at: Date.now(),
    state: 'failed' as const,
    opaque: opaqueOf({ kind: 'campaign', campaignId, id }),
    errorCode: 131_026,
    pricing: null,
  }));
  await intake.take([{ numberId: connectionId, messages: [], preferences: [], statuses }]);
  await intake.stop();
  const campaign = await withTenant(db, tenantId, (trx) =>
    trx.selectFrom('campaign').select(['state', 'pause_reason']).executeTakeFirstOrThrow(),
  );
  expect(campaign).toEqual({ state: 'paused', pause_reason: 'error_rate' });
});
