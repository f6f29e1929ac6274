import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { haltCampaigns, moveCampaign, readControl } from '../../src/db/campaign-control.ts';
import {
  type Claim,
  claimMessages,
  giveBack,
  lockQuota,
  markSending,
  settleMessages,
} from '../../src/db/campaign-ledger.ts';
import { cancelMessages, mayStillLeave, nextMessageDueAt, recoverMessages } from '../../src/db/campaign-leases.ts';
import { closeGate, insertHalt } from '../../src/db/halt.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import type { CampaignMessageId } from '../../src/domain/ids.ts';
import type { TemplateCategory } from '../../src/domain/template.ts';
import { newId } from '../../src/platform/new-id.ts';
import { ledgerCounts, ownCampaign } from '../support/own-campaign.ts';
import { testMasterKeys } from './support/held-connections.ts';
import { databaseAs } from './support/stack-databases.ts';

const { db } = databaseAs('app', { max: 6 });
const month = '2026-11';

test('two who claim at once never get the same row, and each goes on behind its last one', async () => {
  const { claim, claimRows } = await campaignOf(40);
  const other = { ...claim, leaseToken: randomUUID() };
  const [mine, theirs] = await Promise.all([claimRows(claim, 20), claimRows(other, 20)]);
  expect(new Set([...mine, ...theirs].map(({ id }) => id)).size).toBe(mine.length + theirs.length);
  expect(mine.map(({ id }) => id)).toEqual(mine.map(({ id }) => id).toSorted());
});

test('only what its claim still holds is marked, and nothing once the campaign is in another epoch', async () => {
  const { own, claim, claimRows, mark, inTenant } = await campaignOf(3);
  const [first, second, third] = (await claimRows(claim, 3)).map(({ id }) => id);
  await inTenant((trx) => giveBack(trx, claim, { ids: [first as CampaignMessageId] }));
  expect((await mark([first, second])).map(({ id }) => id)).toEqual([second]);
  const now = new Date();
  await inTenant((trx) => moveCampaign(trx, own, { to: 'paused', from: ['running'], by: null, now }));
  expect(await mark([third])).toEqual([]);
  await inTenant((trx) => moveCampaign(trx, own, { to: 'running', from: ['paused'], by: null, now }));
  expect(await mark([third]), 'the old epoch stays over after the pause').toEqual([]);
});

test('a pause waits for what is just being marked, so that it knows of it when it answers', async () => {
  const { own, claim, claimRows, inTenant } = await campaignOf(1);
  const [row] = await claimRows(claim, 1);
  const order: string[] = [];
  const [gate, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const marking = inTenant(async (trx) => {
    await markSending(trx, claim, { ids: idsOf([row?.id]), needsConsent: true, month, leaseMs: 60_000 });
    held.resolve();
    await gate.promise;
    order.push('marked');
  });
  await held.promise;
  const pausing = inTenant((trx) =>
    moveCampaign(trx, own, { to: 'paused', from: ['running'], by: null, now: new Date() }),
  ).then(() => order.push('paused'));
  await sleep(50);
  gate.resolve();
  await Promise.all([marking, pausing]);
  expect(order).toEqual(['marked', 'paused']);
  expect(await inTenant((trx) => mayStillLeave(trx, own))).toBe(true);
});

test('a crisis stop lets nothing leave that was claimed before it, and ends no campaign', async () => {
  const { own, claim, claimRows, mark, inTenant } = await campaignOf(1);
  const [row] = await claimRows(claim, 1);
  await inTenant(async (trx) => {
    await closeGate(trx, own.tenantId);
    await insertHalt(trx, { ...own, id: newId(), reason: 'Prezzo sbagliato', by: own.userId, now: new Date() });
    await haltCampaigns(trx);
  });
  expect(await mark([row?.id])).toEqual([]);
  expect(await inTenant((trx) => readControl(trx, own))).toMatchObject({ state: 'running', halted: true });
});

test('who has just said no, or was blocked, is skipped at the last moment, with the reason', async () => {
  const { own, claim, claimRows, mark, inTenant } = await campaignOf(3);
  const rows = await claimRows(claim, 3);
  const [withdrawn, blocked] = rows;
  await inTenant(async (trx) => {
    await trx
      .updateTable('author')
      .set({ consent: 'withdrawn' })
      .where('id', '=', withdrawn?.authorId ?? null)
      .execute();
    await trx
      .updateTable('author')
      .set({ blocked_at: new Date() })
      .where('id', '=', blocked?.authorId ?? null)
      .execute();
  });
  expect((await mark(rows.map(({ id }) => id))).map(({ state }) => state).toSorted()).toEqual([
    'sending',
    'skipped',
    'skipped',
  ]);
  const skipped = await inTenant((trx) =>
    trx.selectFrom('campaign_message').select(['id', 'skip_reason']).where('state', '=', 'skipped').execute(),
  );
  expect(new Map(skipped.map(({ id, skip_reason }) => [id, skip_reason]))).toEqual(
    new Map([
      [withdrawn?.id, 'no_consent'],
      [blocked?.id, 'blocked'],
    ]),
  );
  expect(await inTenant((trx) => quotaLeft(trx, own.tenantId, 10)), 'only what is sent counts').toBe(9);
});

test('a status that has overtaken its answer stands, and the answer adds the id', async () => {
  const { own, claim, claimRows, mark, inTenant } = await campaignOf(1);
  const ids = (await claimRows(claim, 1)).map(({ id }) => id);
  await mark(ids);
  await inTenant((trx) =>
    trx.updateTable('campaign_message').set({ state: 'delivered' }).where('id', 'in', ids).execute(),
  );
  const sent = ids.map((id) => ({ id, kind: 'sent', providerMessageId: 'wamid.1' }) as const);
  expect(await inTenant((trx) => settleMessages(trx, claim, sent, new Date()))).toBe(1);
  expect(await ledgerCounts(db, own)).toEqual({ delivered: 1 });
});

test.each([
  ['marketing', 'unconfirmed'],
  ['utility', 'queued'],
] as const)(
  'what its worker left behind: a claim is returned, a call is in doubt; a lost %s message ends up %s',
  async (category, end) => {
    const { own, claim, claimRows, mark, inTenant } = await campaignOf(2, category);
    const [called] = (await claimRows(claim, 2)).map(({ id }) => id);
    await mark([called]);
    const after = (minutes: number) => new Date(Date.now() + minutes * 60_000);
    expect(await inTenant((trx) => recoverMessages(trx, own, new Date()))).toMatchObject({
      requeued: 0,
      unconfirmed: 0,
    });
    expect(await inTenant((trx) => recoverMessages(trx, own, after(2)))).toMatchObject({ requeued: 1, unconfirmed: 1 });
    await inTenant((trx) => recoverMessages(trx, own, after(16)));
    const row = await inTenant((trx) =>
      trx
        .selectFrom('campaign_message')
        .select('state')
        .where('id', '=', called ?? null)
        .executeTakeFirstOrThrow(),
    );
    expect(row.state).toBe(end);
  },
);

test('an answer that comes after its row was given up for lost is still written down', async () => {
  const { own, claim, claimRows, mark, inTenant } = await campaignOf(1);
  const ids = (await claimRows(claim, 1)).map(({ id }) => id);
  await mark(ids);
  await inTenant((trx) => recoverMessages(trx, own, new Date(Date.now() + 120_000)));
  const sent = ids.map((id) => ({ id, kind: 'sent', providerMessageId: 'wamid.2' }) as const);
  await inTenant((trx) => settleMessages(trx, claim, sent, new Date()));
  expect(await ledgerCounts(db, own)).toEqual({ sent: 1 });
});

test('the next thing to do is a row that is due, then a lease, then nothing', async () => {
  const { own, claim, claimRows, mark, inTenant } = await campaignOf(1);
  const next = () => inTenant((trx) => nextMessageDueAt(trx, own, new Date()));
  expect((await next())?.getTime()).toBeLessThanOrEqual(Date.now());
  const ids = (await claimRows(claim, 1)).map(({ id }) => id);
  await mark(ids);
  expect((await next())?.getTime()).toBeGreaterThan(Date.now());
  await inTenant((trx) =>
    settleMessages(
      trx,
      claim,
      ids.map((id) => ({ id, kind: 'failed', code: 131_026 })),
      new Date(),
    ),
  );
  expect(await next()).toBeNull();
});

test('a cancelled campaign skips what was not sent, piece by piece', async () => {
  const { own, inTenant } = await campaignOf(7);
  const pieces = [];
  for (let count = 1; count > 0;) pieces.push((count = await inTenant((trx) => cancelMessages(trx, own, 3))));
  expect(pieces).toEqual([3, 3, 1, 0]);
  expect(await ledgerCounts(db, own)).toEqual({ skipped: 7 });
});

async function campaignOf(recipients: number, category: TemplateCategory = 'marketing') {
  const own = await ownCampaign(db, { masterKeys: testMasterKeys, recipients, category });
  const claim: Claim = { ...own, leaseToken: randomUUID(), epoch: 1 };
  const inTenant = <T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> => withTenant(db, own.tenantId, work);
  const { connectionId } = own;
  const claimRows = (by: Claim, limit: number) =>
    inTenant((trx) => claimMessages(trx, by, { connectionId, after: null, limit, now: new Date(), leaseMs: 60_000 }));
  const mark = (ids: readonly (CampaignMessageId | undefined)[]) =>
    inTenant((trx) => markSending(trx, claim, { ids: idsOf(ids), needsConsent: true, month, leaseMs: 60_000 }));
  return { own, claim, inTenant, claimRows, mark };
}

const idsOf = (ids: readonly (CampaignMessageId | undefined)[]): readonly CampaignMessageId[] =>
  ids.filter((id) => id !== undefined);

async function quotaLeft(trx: TenantTransaction, tenantId: Claim['tenantId'], monthly_quota: number) {
  await trx.insertInto('campaign_setting').values({ tenant_id: tenantId, monthly_quota }).execute();
  return lockQuota(trx, { tenantId, month });
}
