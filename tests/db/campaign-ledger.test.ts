import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { haltCampaigns, readControl } from '../../src/db/campaign-control.ts';
import { moveCampaign } from '../../src/db/campaign.ts';
import {
  type CampaignKey,
  type Claim,
  claimMessages,
  giveBack,
  markSending,
  settleMessages,
} from '../../src/db/campaign-ledger.ts';
import { mayStillLeave, nextMessageDueAt, recoverMessages, takeOver } from '../../src/db/campaign-leases.ts';
import { lockQuota } from '../../src/db/campaign-usage.ts';
import { closeGate, insertHalt } from '../../src/db/halt.ts';
import type { TenantTransaction } from '../../src/db/tenant.ts';
import type { CampaignStep } from '../../src/domain/campaign.ts';
import type { CampaignMessageId } from '../../src/domain/ids.ts';
import type { TemplateCategory } from '../../src/domain/template.ts';
import { newId } from '../../src/platform/new-id.ts';
import { ledgerCounts } from '../support/own-campaign.ts';
import { calledEarlier, idsOf, ledgerOf, month, statesOf } from './support/campaign-ledger.ts';
import { databaseAs } from './support/stack-databases.ts';

const { db } = databaseAs('app', { max: 6 });
const campaignOf = (recipients: number, category?: TemplateCategory) => ledgerOf(db, recipients, category);

test('two who claim at once get different rows without waiting for each other, each in the order of the audience', async () => {
  const { own, claim, inTenant } = await campaignOf(40);
  const by = { connectionId: own.connectionId, after: null, limit: 20, now: new Date(), leaseMs: 60_000 };
  const [mine, theirs] = await inTenant(async (trx) => [
    idsOfRows(await claimMessages(trx, claim, by)),
    await inTenant(async (other) => {
      await sql`set local lock_timeout = '1s'`.execute(other);
      return idsOfRows(await claimMessages(other, { ...claim, leaseToken: randomUUID() }, by));
    }),
  ]);
  expect(new Set([...mine, ...theirs]).size).toBe(40);
  expect([...mine, ...theirs]).toEqual([...mine, ...theirs].toSorted());
});

test('a claim goes on behind its last one, and leaves what has come back to the next pass', async () => {
  const { own, claim, claimRows, inTenant } = await campaignOf(4);
  const [first, second] = idsOfRows(await claimRows(claim, 2));
  await inTenant((trx) => giveBack(trx, claim, { ids: 'all' }));
  const by = { connectionId: own.connectionId, limit: 4, now: new Date(), leaseMs: 60_000 };
  const behind = await inTenant((trx) => claimMessages(trx, claim, { ...by, after: second ?? null }));
  expect(behind).toHaveLength(2);
  expect(idsOfRows(behind)).not.toContain(first);
});

test('a person stands in a ledger once, whoever writes it', async () => {
  const { inTenant } = await campaignOf(1);
  const twice = inTenant(async (trx) => {
    const row = await trx.selectFrom('campaign_message').selectAll().executeTakeFirstOrThrow();
    await trx
      .insertInto('campaign_message')
      .values({ ...row, id: newId() })
      .execute();
  });
  await expect(twice).rejects.toMatchObject({ code: '23505' });
});

test('only what its claim still holds is marked, and nothing once the campaign is in another epoch', async () => {
  const { own, claim, claimRows, mark, inTenant } = await campaignOf(3);
  const [first, second, third] = (await claimRows(claim, 3)).map(({ id }) => id);
  await inTenant((trx) => giveBack(trx, claim, { ids: [first as CampaignMessageId] }));
  await claimRows({ ...claim, leaseToken: randomUUID() }, 1);
  expect((await mark([first, second])).map(({ id }) => id)).toEqual([second]);
  await inTenant((trx) => step(trx, own, { kind: 'pause', reason: 'manual' }));
  expect(await mark([third])).toEqual([]);
  await inTenant((trx) => step(trx, own, { kind: 'resume' }));
  expect(await mark([third]), 'the old epoch stays over after the pause').toEqual([]);
});

test('a pause waits for what is just being marked, so that it knows of it when it answers', async () => {
  const { own, claim, claimRows, inTenant } = await campaignOf(1);
  const [row] = await claimRows(claim, 1);
  const pausing = (trx: TenantTransaction) => step(trx, own, { kind: 'pause', reason: 'manual' });
  await inTenant(async (trx) => {
    await markSending(trx, claim, {
      ids: idsOf([row?.id]),
      needsConsent: true,
      unlessQuota: false,
      month,
      leaseMs: 60_000,
    });
    const impatient = inTenant(async (other) => {
      await sql`set local lock_timeout = '300ms'`.execute(other);
      return pausing(other);
    });
    await expect(impatient, 'it has to wait').rejects.toMatchObject({ code: '55P03' });
  });
  expect(await inTenant(pausing)).toMatchObject({ kind: 'changed' });
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

test('who goes on for a worker that has died waits for none of its leases, but for a call that may yet leave', async () => {
  const { own, claim, claimRows, mark, inTenant } = await campaignOf(4);
  const others = { ...claim, leaseToken: randomUUID() };
  await claimRows(others, 1);
  const [claimed, called, calling] = (await claimRows(claim, 3)).map(({ id }) => id);
  await mark([called, calling]);
  await calledEarlier(inTenant, called);
  await inTenant((trx) => takeOver(trx, claim));
  expect(await statesOf(inTenant, [claimed, called, calling])).toEqual(['queued', 'unconfirmed', 'sending']);
  expect(await inTenant((trx) => mayStillLeave(trx, own)), 'a pause waits for it').toBe(true);
  expect(await ledgerCounts(db, own), 'what another worker holds stays its own').toMatchObject({ claimed: 1 });

  const late = idsOf([called]).map((id) => ({ id, kind: 'sent', providerMessageId: 'wamid.3' }) as const);
  await inTenant((trx) => settleMessages(trx, claim, late, new Date()));
  expect(await statesOf(inTenant, [called]), 'the worker was only slow').toEqual(['sent']);
});

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

test('a batch reads its own rows, however large the ledger of a campaign is that statistics do not know yet', async () => {
  const { claim, inTenant, own, claimRows } = await campaignOf(2_000);
  const { connectionId } = own;
  const after = (await claimRows({ ...claim, leaseToken: randomUUID() }, 1_900)).at(-1)?.id ?? null;
  const read = await inTenant(async (trx) => {
    const before = await rowsRead(trx);
    const by = { connectionId, after, limit: 50, now: new Date(), leaseMs: 60_000 };
    const ids = (await claimMessages(trx, claim, by)).map(({ id }) => id);
    await markSending(trx, claim, { ids, needsConsent: true, unlessQuota: false, month, leaseMs: 60_000 });
    const results = ids.map((id) => ({ id, kind: 'sent', providerMessageId: `wamid.${id}` }) as const);
    expect(await settleMessages(trx, claim, results, new Date())).toBe(50);
    return (await rowsRead(trx)) - before;
  });
  // At worst each row with all that are handled with it, in each of four steps; never those of the batches before.
  expect(read).toBeLessThan(4 * 50 * 50);
});

test('a mark that is to be without a quota marks nothing where there is one', async () => {
  const { own, claim, claimRows, inTenant } = await campaignOf(2);
  const ids = (await claimRows(claim, 2)).map(({ id }) => id);
  const mark = { ids, needsConsent: true, unlessQuota: true, month, leaseMs: 60_000 };
  await inTenant((trx) => quotaLeft(trx, own.tenantId, 10));
  expect(await inTenant((trx) => markSending(trx, claim, mark))).toEqual([]);
  expect(await inTenant((trx) => markSending(trx, claim, { ...mark, unlessQuota: false }))).toHaveLength(2);
});

const step = (trx: TenantTransaction, { tenantId, campaignId }: CampaignKey, taken: CampaignStep) =>
  moveCampaign(trx, { tenantId, campaignId, step: taken, actor: { kind: 'process' }, now: new Date() });
const idsOfRows = (rows: readonly { readonly id: CampaignMessageId }[]) => rows.map(({ id }) => id);

async function quotaLeft(trx: TenantTransaction, tenantId: Claim['tenantId'], monthly_quota: number) {
  await trx.insertInto('campaign_setting').values({ tenant_id: tenantId, monthly_quota }).execute();
  return lockQuota(trx, { tenantId, month });
}

/** How many rows of the ledger this connection has fetched so far and not yet added to the statistics. */
async function rowsRead(trx: TenantTransaction): Promise<number> {
  const { rows } = await sql<{ fetched: string }>`
    select idx_tup_fetch + seq_tup_read as fetched from pg_stat_xact_user_tables
    where relname = 'campaign_message'`.execute(trx);
  return Number(rows[0]?.fetched);
}
