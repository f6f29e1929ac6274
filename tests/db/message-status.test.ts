import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LedgerOutcome, PriceOf } from '../../src/db/ledger-status.ts';
import { applyStatuses } from '../../src/db/message-status.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { CampaignId, CampaignMessageId, MessageId } from '../../src/domain/ids.ts';
import type { MessageStatus, ReportedState } from '../../src/domain/number-news.ts';
import { opaqueOf } from '../../src/domain/opaque-data.ts';
import { insertRecipient } from './support/ledger-rows.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

const app = databaseAs('app');
const now = new Date('2026-11-29T09:05:00Z');
const at = (minute: number): number => Date.parse('2026-11-29T09:00:00Z') + minute * 60_000;
let tenant: OneRowPerTable;

beforeEach(async () => {
  tenant = oneRowPerTable();
  await within((trx) => insertRows(trx, tenant));
});

describe('statuses of a campaign', () => {
  it('leave the same ledger in whatever order and batches they come', async () => {
    const states = fc.array(fc.constantFrom<ReportedState>('sent', 'delivered', 'read', 'failed'), {
      minLength: 1,
      maxLength: 4,
    });
    const statuses = states.map((list) => list.map((state, minute) => ({ state, at: at(minute) })));
    const disorder = statuses.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: 2 * list.length }), fc.nat(3)),
    );
    await fc.assert(
      fc.asyncProperty(disorder, async ([list, shuffled, cut]) => {
        const [inOrder, inDisorder] = [await recipient({}), await recipient({})];
        for (const each of list) await apply([told(inOrder.providerId, each)]);
        const mixed = shuffled.map((each) => told(inDisorder.providerId, each));
        await apply(mixed.slice(0, cut));
        await apply(mixed.slice(cut));
        expect(await rowOf(inDisorder.id)).toEqual(await rowOf(inOrder.id));
      }),
      { numRuns: 25 },
    );
  });

  it('find their row by our own words, and resolve one whose answer was lost', async () => {
    const lost = await recipient({ state: 'unconfirmed', provider_message_id: null, sent_at: null });
    const outcome = await apply([
      told('wamid.late', { state: 'delivered', opaque: opaqueOf({ kind: 'campaign', ...lost }) }),
    ]);
    expect(outcome).toEqual({ campaigns: [lost.campaignId], failures: [], arrivals: [lost.campaignId] });
    expect(await rowOf(lost.id)).toMatchObject({
      state: 'delivered',
      provider_message_id: 'wamid.late',
      sent_at: new Date(at(1)),
      delivered_at: new Date(at(1)),
    });
  });

  it('keep one from being sent again that was put back into the queue without an answer', async () => {
    const queued = await recipient({ state: 'queued', provider_message_id: null, sent_at: null });
    await apply([told('wamid.late', { state: 'sent', opaque: opaqueOf({ kind: 'campaign', ...queued }) })]);
    expect(await rowOf(queued.id)).toMatchObject({ state: 'sent' });
  });

  it('say what has failed, each once', async () => {
    const { campaignId, id, authorId, providerId } = await recipient({});
    const { connection_id: connectionId } = tenant.campaign_message;
    const failed = told(providerId, { state: 'failed', errorCode: 131_049 });
    expect(await apply([failed, failed])).toEqual({
      campaigns: [campaignId],
      failures: [{ campaignId, id, authorId, connectionId, errorCode: 131_049 }],
      arrivals: [],
    });
    expect(await apply([failed])).toEqual({ campaigns: [], failures: [], arrivals: [] });
    expect(await rowOf(id)).toMatchObject({ state: 'failed', error_code: 131_049, failed_at: new Date(at(1)) });
  });

  it('cost what the card says where they are charged, by the first word that is told, and nothing where they are free', async () => {
    const priceOf: PriceOf = ({ category, country, currency }) =>
      `${category}/${country}/${currency}` === 'marketing/IT/EUR' ? '0.0572' : null;
    const [paid, free, refused] = [await recipient({}), await recipient({}), await recipient({ state: 'queued' })];
    const charged = { billable: true, category: 'marketing' };
    await apply(
      [
        told(paid.providerId, { state: 'sent', pricing: charged }),
        told(paid.providerId, { state: 'read', pricing: charged }),
        told(free.providerId, { state: 'delivered', pricing: { billable: false, category: 'service' } }),
        told(paid.providerId, { state: 'read', pricing: { billable: false, category: 'marketing' } }),
        // Told of an attempt that the row is not about any more.
        told(refused.providerId, { state: 'sent', pricing: charged }),
      ],
      priceOf,
    );
    const costs = await Promise.all([paid, free, refused].map(async ({ id }) => (await rowOf(id)).cost));
    expect(costs).toEqual(['0.057200', '0.000000', null]);
  });

  it('of other senders, other tenants and unknown messages change nothing', async () => {
    const { campaignId } = await recipient({});
    const foreign = { kind: 'campaign', campaignId, id: randomUUID() as CampaignMessageId } as const;
    const nowhere = { ...foreign, campaignId: randomUUID() as CampaignId };
    const untold = { campaigns: [], failures: [], arrivals: [] };
    expect(await apply([told('wamid.other', { state: 'read' })])).toEqual(untold);
    expect(await apply([told('wamid.other', { state: 'read', opaque: 'order 42' })])).toEqual(untold);
    for (const reference of [foreign, nowhere]) {
      expect(await apply([told('wamid.x', { state: 'read', opaque: opaqueOf(reference) })])).toEqual(untold);
    }
    expect(await apply([])).toEqual(untold);
  });

  it('are stored by many at once without waiting for each other in a circle', async () => {
    const recipients = await Promise.all(Array.from({ length: 20 }, () => recipient({})));
    const batches = Array.from({ length: 6 }, (_, batch) =>
      [...recipients]
        .toSorted((a, b) => (batch % 2 === 0 ? 1 : -1) * a.id.localeCompare(b.id))
        .map(({ providerId }) => told(providerId, { state: batch % 3 === 0 ? 'read' : 'delivered' })),
    );
    await Promise.all(batches.map((batch) => apply(batch)));
    const states = await Promise.all(recipients.map(async ({ id }) => (await rowOf(id)).state));
    expect(new Set(states)).toEqual(new Set(['read']));
  });
});

describe('statuses of an answer', () => {
  it('find it by our own words or by the network’s id, and never go back', async () => {
    const id = await reply('sending');
    await apply([told('wamid.reply', { state: 'delivered', opaque: opaqueOf({ kind: 'message', id }) })]);
    expect(await replyOf(id)).toMatchObject({ state: 'delivered', provider_message_id: 'wamid.reply' });
    await apply([told('wamid.reply', { state: 'read' }), told('wamid.reply', { state: 'sent' })]);
    expect(await replyOf(id)).toMatchObject({ state: 'read' });
  });

  it('tell of a failure once, with its code', async () => {
    const id = await reply('unconfirmed');
    const failed = told('wamid.reply', {
      state: 'failed',
      opaque: opaqueOf({ kind: 'message', id }),
      errorCode: 131_047,
    });
    await apply([failed]);
    await apply([failed]);
    expect(await replyOf(id)).toMatchObject({ state: 'failed', error_code: '131047' });
    const events = await within((trx) =>
      trx.selectFrom('event').select(['kind', 'data']).where('entity_id', '=', id).execute(),
    );
    expect(events).toEqual([{ kind: 'message.failed', data: { errorCode: 131_047 } }]);
  });
});

const recipient = (changes: Parameters<typeof insertRecipient>[2]) =>
  within((trx) => insertRecipient(trx, tenant, changes));

const told = (providerId: string, changes: Partial<MessageStatus> & { state: ReportedState }): MessageStatus => ({
  providerId,
  at: at(1),
  opaque: null,
  errorCode: null,
  pricing: null,
  ...changes,
});

const apply = (statuses: readonly MessageStatus[], priceOf: PriceOf | null = null): Promise<LedgerOutcome> =>
  within((trx) => applyStatuses(trx, { tenantId: tenant.tenant.id, statuses, priceOf, now }));

const rowOf = (id: CampaignMessageId) =>
  within((trx) =>
    trx
      .selectFrom('campaign_message')
      .select(['state', 'sent_at', 'delivered_at', 'read_at', 'failed_at', 'error_code', 'cost'])
      .select((eb) =>
        eb.case().when('provider_message_id', '=', 'wamid.late').then('wamid.late').end().as('provider_message_id'),
      )
      .where('id', '=', id)
      .executeTakeFirstOrThrow(),
  );

async function reply(state: 'sending' | 'unconfirmed'): Promise<MessageId> {
  const id = randomUUID() as MessageId;
  const row = { ...tenant.message, id, state, direction: 'outbound', provider_message_id: null } as const;
  await within((trx) => trx.insertInto('message').values(row).execute());
  return id;
}

const replyOf = (id: MessageId) =>
  within((trx) =>
    trx
      .selectFrom('message')
      .select(['state', 'provider_message_id', 'error_code'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow(),
  );

function within<T>(work: Parameters<typeof withTenant<T>>[2]): Promise<T> {
  return withTenant(app.db, tenant.tenant.id, work);
}
