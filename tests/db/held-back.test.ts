import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { claimMessages, markSending, type MessageResult, settleMessages } from '../../src/db/campaign-ledger.ts';
import { nextMessageDueAt, recoverMessages, statusPatienceMs } from '../../src/db/campaign-leases.ts';
import { campaignResult } from '../../src/db/campaign-results.ts';
import { followFailures } from '../../src/db/late-failure.ts';
import { applyStatuses } from '../../src/db/message-status.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import type { CampaignMessageId } from '../../src/domain/ids.ts';
import type { ReportedState } from '../../src/domain/number-news.ts';
import { opaqueOf } from '../../src/domain/opaque-data.ts';
import { ledgerCounts, type OwnCampaign, ownCampaign } from '../support/own-campaign.ts';
import { testMasterKeys } from './support/held-connections.ts';
import { databaseAs } from './support/stack-databases.ts';

const { db } = databaseAs('app');
const start = Date.now();
let own: OwnCampaign;
let held: CampaignMessageId;
let other: CampaignMessageId;

/** Two are on their way; of one WhatsApp has said that it holds it back. */
beforeEach(async () => {
  own = await ownCampaign(db, { masterKeys: testMasterKeys, recipients: 2, category: 'utility' });
  const by = { connectionId: own.connectionId, after: null, limit: 10, now: new Date(start), leaseMs: 60_000 };
  const ids = (await inTenant((trx) => claimMessages(trx, claim(), by))).map(({ id }) => id);
  const how = { needsConsent: false, unlessQuota: false, month: '2026-11', leaseMs: 60_000 };
  await inTenant((trx) => markSending(trx, claim(), { ...how, ids }));
  const [first, second] = ids;
  if (first === undefined || second === undefined) throw new Error('there are two');
  [held, other] = [first, second];
  await settle(taken);
});

it('a message that WhatsApp holds back is sent, and told apart until WhatsApp tells more of it', async () => {
  expect(await ledgerCounts(db, own)).toEqual({ sent: 1, sending: 1 });
  expect(await results(1)).toMatchObject({ sent: 1, heldBack: 1, delivered: 0 });
  await told('sent');
  expect(await results(2)).toMatchObject({ sent: 1, heldBack: 0, delivered: 0 });
  await told('delivered');
  expect(await results(3)).toMatchObject({ sent: 1, heldBack: 0, delivered: 1 });
});

it('is held back still when its answer is written down once more, and no more where a status was faster', async () => {
  await settle(taken);
  expect(await results(1)).toMatchObject({ heldBack: 1 });
  await told('sent');
  await settle(taken);
  expect(await results(2)).toMatchObject({ heldBack: 0 });
});

it('when WhatsApp drops it, stops the campaign, and waits with those who were sent nothing', async () => {
  await settle(() => ({ id: other, kind: 'sent', providerMessageId: 'wamid.other' }));
  await told('failed', 132_015);
  expect(await ledgerCounts(db, own)).toEqual({ queued: 1, sent: 1 });
  expect(await results(1)).toMatchObject({ waiting: 1, sent: 1, heldBack: 0 });
  const campaign = await inTenant((trx) => trx.selectFrom('campaign').selectAll().executeTakeFirstOrThrow());
  expect(campaign).toMatchObject({ state: 'paused', pause_reason: 'quality' });
});

it('while one is held back, silence about another of the same template is no reason to send that again', async () => {
  await settle(() => ({ id: other, kind: 'unconfirmed' }));
  const later = new Date(Date.now() + statusPatienceMs + 60_000);
  expect(await inTenant((trx) => recoverMessages(trx, own, later))).toMatchObject({ repeated: 0 });
  expect(await inTenant((trx) => nextMessageDueAt(trx, own, later))).toBeNull();
  await told('delivered');
  expect(await inTenant((trx) => recoverMessages(trx, own, later))).toMatchObject({ repeated: 1 });
});

const token = randomUUID();
const claim = () => ({ tenantId: own.tenantId, campaignId: own.campaignId, leaseToken: token, epoch: 1 });
const taken = (): MessageResult => ({ id: held, kind: 'sent', providerMessageId: 'wamid.held', heldBack: true });

const settle = (result: () => MessageResult) =>
  inTenant((trx) => settleMessages(trx, claim(), [result()], new Date(start)));

/** As the webhook takes it. */
async function told(state: ReportedState, errorCode: number | null = null): Promise<void> {
  const { tenantId, campaignId } = own;
  const opaque = opaqueOf({ kind: 'campaign', campaignId, id: held });
  // By WhatsApp's clock, which is not ours.
  const status = { providerId: 'wamid.held', at: start + 1_000, state, opaque, errorCode, pricing: null };
  const now = new Date(start);
  await inTenant(async (trx) => {
    const { failures } = await applyStatuses(trx, { tenantId, statuses: [status], priceOf: null, now });
    await followFailures(trx, { tenantId, failures, failing: [], now });
  });
}

/** Minutes later, so that it is counted anew. */
const results = async (minutes: number) => {
  const about = { tenantId: own.tenantId, campaignId: own.campaignId, now: new Date(start + minutes * 60_000) };
  return (await inTenant((trx) => campaignResult(trx, about))).result.total;
};

function inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  return withTenant(db, own.tenantId, work);
}
