import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { claimMessages, markSending, settleMessages } from '../../src/db/campaign-ledger.ts';
import { campaignResult } from '../../src/db/campaign-results.ts';
import { followFailures } from '../../src/db/late-failure.ts';
import { applyStatuses } from '../../src/db/message-status.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import type { CampaignState } from '../../src/domain/campaign.ts';
import type { ReportedState } from '../../src/domain/number-news.ts';
import { opaqueOf } from '../../src/domain/opaque-data.ts';
import { marketingCapMs } from '../../src/domain/whatsapp-verdict.ts';
import { type OwnCampaign, ownCampaign } from '../support/own-campaign.ts';
import { testMasterKeys } from './support/held-connections.ts';
import { databaseAs } from './support/stack-databases.ts';

const { db } = databaseAs('app');
const start = Date.parse('2026-11-29T09:00:00Z');
const hourMs = 3_600_000;
let own: OwnCampaign;
let now: Date;

beforeEach(async () => {
  now = new Date(start);
  own = await ownCampaign(db, { masterKeys: testMasterKeys, recipients: 1 });
});

describe('a message that WhatsApp has taken and then held back to shield the person', () => {
  it('is sent once more after a day, and the second time given up', async () => {
    await sent('wamid.1');
    await told('wamid.1', 'failed', 131_049);
    expect(await row()).toMatchObject({ state: 'queued', due_at: new Date(start + marketingCapMs), sent_at: null });
    now = new Date(start + marketingCapMs - 1);
    expect(await claimed()).toEqual([]);
    now = new Date(start + marketingCapMs);
    await sent('wamid.2');
    expect(await row()).toMatchObject({ state: 'sent', provider_message_id: 'wamid.2' });
    await told('wamid.2', 'failed', 131_049);
    expect(await row()).toMatchObject({ state: 'skipped', skip_reason: 'marketing_cap', error_code: 131_049 });
    expect((await results()).skips).toEqual([{ reason: 'marketing_cap', count: 1 }]);
  });

  it('waits its day whatever else is told of it, twice or out of order', async () => {
    await sent('wamid.1');
    await told('wamid.1', 'failed', 131_049);
    const waiting = await row();
    await told('wamid.1', 'failed', 131_049);
    await told('wamid.1', 'sent');
    expect(await row()).toEqual(waiting);
    now = new Date(start + 25 * hourMs);
    await sent('wamid.2');
    await told('wamid.1', 'failed', 131_049);
    expect(await row()).toMatchObject({ state: 'sent' });
    await told('wamid.2', 'delivered');
    expect(await row()).toMatchObject({ state: 'delivered', provider_message_id: 'wamid.2' });
  });

  it('has its day even if WhatsApp was in trouble before', async () => {
    await inTenant((trx) => trx.updateTable('campaign_message').set({ attempts: 2 }).execute());
    await sent('wamid.1');
    await told('wamid.1', 'failed', 131_049);
    expect(await row()).toMatchObject({ state: 'queued' });
  });

  it('waits too where the failure has overtaken the answer', async () => {
    const [message] = await claimed();
    const claim = claimOf();
    const ids = message === undefined ? [] : [message.id];
    await inTenant((trx) =>
      markSending(trx, claim, { ids, needsConsent: true, unlessQuota: false, month: '2026-11', leaseMs: 60_000 }),
    );
    await told('wamid.1', 'failed', 131_049);
    await inTenant((trx) =>
      settleMessages(
        trx,
        claim,
        ids.map((id) => ({ id, kind: 'sent', providerMessageId: 'wamid.1' })),
        now,
      ),
    );
    expect(await row()).toMatchObject({ state: 'queued', sent_at: null });
  });

  it('stays failed, with its reason, where the campaign is over', async () => {
    await sent('wamid.1');
    await inTenant((trx) => trx.updateTable('campaign').set({ state: 'finished' }).execute());
    await told('wamid.1', 'failed', 131_049);
    expect((await results()).failures).toEqual([{ code: 131_049, count: 1 }]);
  });
});

it('who has told WhatsApp that they want no marketing is left in peace by this campaign and all others', async () => {
  await sent('wamid.1');
  await told('wamid.1', 'failed', 131_050);
  await told('wamid.1', 'failed', 131_050);
  expect(await row()).toMatchObject({ state: 'skipped', skip_reason: 'stopped_marketing' });
  const changes = await inTenant((trx) => trx.selectFrom('consent_change').select(['consent', 'source']).execute());
  expect(changes).toEqual([{ consent: 'withdrawn', source: 'user_preferences' }]);
  const author = await inTenant((trx) => trx.selectFrom('author').select('consent').executeTakeFirstOrThrow());
  expect(author.consent).toBe('withdrawn');
});

it('what cannot be delivered has failed, and is counted by its reason', async () => {
  await sent('wamid.1');
  await told('wamid.1', 'sent');
  await told('wamid.1', 'failed', 131_026);
  const { total, failures } = await results();
  expect([total.sent, total.failed, failures]).toEqual([1, 1, [{ code: 131_026, count: 1 }]]);
  expect(await campaign()).toMatchObject({ state: 'running' });
});

it('a campaign of which too much was not delivered pauses, and what has failed stays so', async () => {
  await sent('wamid.1');
  await told('wamid.1', 'failed', 131_026);
  const { tenantId, campaignId } = own;
  await inTenant((trx) => followFailures(trx, { tenantId, failures: [], failing: [campaignId], now }));
  expect(await campaign()).toMatchObject({ state: 'paused', pause_reason: 'error_rate', epoch: 2 });
  expect(await row()).toMatchObject({ state: 'failed' });
});

describe('an account that turns out to be out of order only afterwards', () => {
  it('stops the campaign as if the message had been refused, and the message waits with the others', async () => {
    await sent('wamid.1');
    await told('wamid.1', 'failed', 131_042);
    expect(await row()).toMatchObject({ state: 'queued' });
    expect(await campaign()).toMatchObject({ state: 'paused', pause_reason: 'connection', epoch: 2 });
    expect(await number()).toMatchObject({ stopped_for: 'payment', stopped_code: 131_042 });
  });

  it('leaves a pause with its first reason', async () => {
    await sent('wamid.1');
    await set('paused', 'cost_cap');
    await told('wamid.1', 'failed', 131_048);
    expect(await row()).toMatchObject({ state: 'queued' });
    expect(await campaign()).toMatchObject({ pause_reason: 'cost_cap' });
  });
});

const token = randomUUID();
const claimOf = () => ({ tenantId: own.tenantId, campaignId: own.campaignId, leaseToken: token, epoch: 1 });

function claimed() {
  const by = { connectionId: own.connectionId, after: null, limit: 10, now, leaseMs: 60_000 };
  return inTenant((trx) => claimMessages(trx, claimOf(), by));
}

/** Sends what is due, which WhatsApp takes. */
async function sent(providerMessageId: string): Promise<void> {
  const ids = (await claimed()).map(({ id }) => id);
  await inTenant((trx) =>
    markSending(trx, claimOf(), { ids, needsConsent: true, unlessQuota: false, month: '2026-11', leaseMs: 60_000 }),
  );
  const results = ids.map((id) => ({ id, kind: 'sent', providerMessageId }) as const);
  await inTenant((trx) => settleMessages(trx, claimOf(), results, now));
}

/** As the webhook takes it. */
async function told(providerId: string, state: ReportedState, errorCode: number | null = null): Promise<void> {
  const { id } = await row();
  const { tenantId, campaignId } = own;
  const opaque = opaqueOf({ kind: 'campaign', campaignId, id });
  const status = { providerId, at: now.getTime(), state, opaque, errorCode, pricing: null };
  await inTenant(async (trx) => {
    const { failures } = await applyStatuses(trx, { tenantId, statuses: [status], priceOf: null, now });
    await followFailures(trx, { tenantId, failures, failing: [], now });
  });
}

const row = () => inTenant((trx) => trx.selectFrom('campaign_message').selectAll().executeTakeFirstOrThrow());
const campaign = () => inTenant((trx) => trx.selectFrom('campaign').selectAll().executeTakeFirstOrThrow());
const number = () => inTenant((trx) => trx.selectFrom('campaign_number').selectAll().executeTakeFirstOrThrow());
const results = async () =>
  (await inTenant((trx) => campaignResult(trx, { tenantId: own.tenantId, campaignId: own.campaignId, now }))).result;

const set = (state: CampaignState, pause_reason: 'cost_cap') =>
  inTenant((trx) => trx.updateTable('campaign').set({ state, pause_reason }).execute());

function inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  return withTenant(db, own.tenantId, work);
}
