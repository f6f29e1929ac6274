import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { insertCampaign } from '../../src/db/campaign.ts';
import { hasRecipient, selectAudience } from '../../src/db/campaign-audience.ts';
import { countAudience } from '../../src/db/campaign-estimate.ts';
import { freezeChunk } from '../../src/db/campaign-freeze.ts';
import { campaignResult, campaignSeries } from '../../src/db/campaign-results.ts';
import { readUsage, returnUsage } from '../../src/db/campaign-usage.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import { ratesOf } from '../../src/domain/campaign-result.ts';
import type { CampaignId, ContactGroupId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import { insertGroup, insertNumber, insertTemplate } from '../support/campaign-people.ts';
import { type FreshTenant, freshTenant } from '../support/fresh-tenant.ts';
import { databaseAs } from './support/stack-databases.ts';

const now = new Date('2026-12-01T10:30:00Z');
const app = databaseAs('app', { max: 4 });
let tenant: FreshTenant;
let campaign: CampaignId;

beforeEach(async () => {
  tenant = await freshTenant(app.db, { policy: false });
  campaign = await inTenant(async (trx) => {
    const groupId = await insertGroup(trx, author(), [{ count: 10 }, { count: 3, consent: 'withdrawn' }]);
    return draft(trx, { groupIds: [groupId], resendOf: null });
  });
  await inTenant((trx) => freezeChunk(trx, { tenantId: tenant.id, campaignId: campaign, now }));
});

describe('the results', () => {
  it('count every person once, by the highest that is known of them', async () => {
    await became([1, 2, 3, 4, 5, 6], `state = 'sent', sent_at = '2026-12-01T10:00:10Z', cost = 0.0658`);
    await became([1], `held_back_at = '2026-12-01T10:00:10Z'`);
    await became([2, 3, 4], `state = 'delivered', delivered_at = '2026-12-01T10:00:50Z'`);
    await became([3, 4], `state = 'read', read_at = '2026-12-01T11:10:00Z'`);
    await became([4], `replied_at = '2026-12-01T11:20:00Z', clicked_at = '2026-12-01T11:20:00Z'`);
    await became([7], `state = 'failed', error_code = 131026, failed_at = '2026-12-01T10:00:20Z'`);
    await became([8], `state = 'unconfirmed'`);
    const { result } = await results(later(1));
    expect(result.total).toEqual({
      waiting: 2,
      sent: 6,
      heldBack: 1,
      delivered: 3,
      read: 2,
      replied: 1,
      clicked: 1,
      optedOut: 0,
      failed: 1,
      unconfirmed: 1,
      skipped: 3,
      cost: '0.197400',
      unpriced: 0,
    });
    expect(result.failures).toEqual([{ code: 131_026, count: 1 }]);
    expect(result.skips).toEqual([{ reason: 'no_consent', count: 3 }]);
    expect(ratesOf(result.total)).toEqual({ delivered: 0.5, read: 2 / 3, replied: 1 / 3, clicked: 1 / 3 });
  });

  it('cost what was delivered, and say of how many the cost is not known', async () => {
    await became([1, 2], `state = 'delivered', delivered_at = '2026-12-01T10:00:50Z', cost = 0.0658`);
    await became([3], `state = 'delivered', delivered_at = '2026-12-01T10:00:50Z'`);
    await became([4], `state = 'failed', failed_at = '2026-12-01T10:00:50Z', error_code = 131026, cost = 0.0658`);
    await became([5], `state = 'sent', sent_at = '2026-12-01T10:00:10Z', cost = 0.0658`);
    const { result } = await results(later(1));
    expect(result.total).toMatchObject({ cost: '0.131600', unpriced: 1 });
  });

  it('take a read for a delivery whose own status never came', async () => {
    await became([1], `state = 'read', read_at = '2026-12-01T11:10:00Z'`);
    const { result } = await results(later(1));
    expect(result.total).toMatchObject({ sent: 1, delivered: 1, read: 1 });
  });

  it('split exactly over the variants', async () => {
    const { result } = await results(later(1));
    const { A, B } = result.variants;
    expect([A?.waiting, B?.waiting]).toEqual([5, 5]);
  });

  it('are counted anew after a while, and by one at a time', async () => {
    const first = await results(later(10));
    await became([1], `state = 'sent', sent_at = '2026-12-01T10:00:10Z'`);
    expect(await results(new Date(later(10).getTime() + 500))).toMatchObject(first);
    const again = await results(later(20));
    expect([first.result.total.sent, again.result.total.sent]).toEqual([0, 1]);
    const many = await Promise.all(Array.from({ length: 6 }, () => results(later(30))));
    expect(many.every(({ result }) => result.total.sent === 1)).toBe(true);
  });

  it('tell when what happened, in the tenant’s days', async () => {
    await became([1, 2], `state = 'sent', sent_at = '2026-12-01T22:59:00Z'`);
    await became([3], `state = 'sent', sent_at = '2026-12-01T23:01:00Z'`);
    await became([3], `state = 'read', read_at = '2026-12-01T23:40:00Z'`);
    const about = { tenantId: tenant.id, campaignId: campaign, now: later(1) };
    const points = async (bucket: 'hour' | 'day') =>
      (await inTenant((trx) => campaignSeries(trx, about, bucket))).result.map(({ at, sent, read }) => [
        at,
        sent,
        read,
      ]);
    expect(await points('hour')).toEqual([
      ['2026-12-01T22:00:00.000Z', 2, 0],
      ['2026-12-01T23:00:00.000Z', 1, 1],
    ]);
    expect(await points('day')).toEqual([
      ['2026-11-30T23:00:00.000Z', 2, 0],
      ['2026-12-01T23:00:00.000Z', 1, 1],
    ]);
  });
});

describe('writing again', () => {
  it('is to those who were sent it and did not read, and to nobody who may yet be sent it', async () => {
    await became([1, 2, 3, 4], `state = 'sent', sent_at = '2026-12-01T10:00:10Z'`);
    await became([2], `state = 'delivered', delivered_at = '2026-12-01T10:00:50Z'`);
    await became([3], `state = 'read', read_at = '2026-12-01T10:01:00Z'`);
    await became([4], `replied_at = '2026-12-01T10:02:00Z'`);
    await became([5], `state = 'unconfirmed'`);
    await became([6], `state = 'failed', error_code = 131026`);
    await became([7], `state = 'sent', sent_at = '2026-12-01T10:00:10Z', held_back_at = '2026-12-01T10:00:10Z'`);
    const again = await inTenant((trx) => draft(trx, { groupIds: [], resendOf: campaign }));
    const people = await inTenant(async (trx) => {
      const audience = await selectAudience(trx, again, new Date());
      if (audience === null) throw new Error('there is no campaign');
      return { ...(await countAudience(trx, audience)), any: await hasRecipient(trx, audience) };
    });
    expect(people).toMatchObject({ total: 2, reachable: 2, any: true });
  });
});

describe('the quota', () => {
  it('counts by the month of the tenant’s zone, and takes back in it what was not taken', async () => {
    const [november, december] = [new Date('2026-11-30T22:59:00Z'), new Date('2026-11-30T23:01:00Z')];
    const used = () => inTenant(async (trx) => [await readUsage(trx, november), await readUsage(trx, december)]);
    expect(await used()).toEqual([0, 0]);
    const months = [
      { tenant_id: tenant.id, month: '2026-11', messages: 5 },
      { tenant_id: tenant.id, month: '2026-12', messages: 4 },
    ];
    await inTenant((trx) => trx.insertInto('campaign_usage').values(months).execute());
    const markedAt = [november, december, december];
    await inTenant((trx) => returnUsage(trx, { tenantId: tenant.id, markedAt }));
    expect(await used()).toEqual([4, 2]);
  });
});

const author = () => ({ tenantId: tenant.id, by: tenant.people.elena });
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

function inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  return withTenant(app.db, tenant.id, work);
}

const results = (at: Date) =>
  inTenant((trx) => campaignResult(trx, { tenantId: tenant.id, campaignId: campaign, now: at }));

/** What the nth people of the audience who may be sent it became, in the words of an update. */
async function became(people: readonly number[], set: string): Promise<void> {
  await inTenant((trx) =>
    sql`
      update campaign_message set ${sql.raw(set)}
      from (select id, row_number() over (order by id) as place from campaign_message
            where campaign_id = ${campaign} and skip_reason is null) entry
      where campaign_message.id = entry.id and place = any(${people}::integer[])`.execute(trx),
  );
}

async function draft(
  trx: TenantTransaction,
  { groupIds, resendOf }: { groupIds: readonly ContactGroupId[]; resendOf: CampaignId | null },
): Promise<CampaignId> {
  const id = newId<CampaignId>();
  const variants = [];
  for (const key of ['A', 'B']) {
    variants.push({ key, templateId: await insertTemplate(trx, author()), share: 1, variables: {} });
  }
  const connectionIds = [await insertNumber(trx, tenant.id)];
  const rules = { startsAtLocal: null, zone: 'tenant', quietHours: null, ratePerS: null, costCap: null } as const;
  const whole = { name: 'Natale', groupIds, connectionIds, variants, ...rules, currency: 'EUR' };
  await insertCampaign(trx, { ...author(), id, draft: whole, cloneOf: null, resendOf, now });
  return id;
}
