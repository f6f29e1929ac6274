import { describe, expect, it } from 'vitest';
import type { TestMessage } from '../../src/api/campaigns/test-sender.ts';
import { freezeChunk } from '../../src/db/campaign-freeze.ts';
import type { CampaignId } from '../../src/domain/ids.ts';
import { approved, eventsOf, sendableDraft } from '../support/campaign-api.ts';
import { insertGroup, insertTemplate } from '../support/campaign-people.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';

describe('an estimate', () => {
  it('tells whom it reaches and whom not, what it costs and how long it takes', async () => {
    const own = await tenantApi().another();
    const author = { tenantId: own.tenant.id, by: own.tenant.people.elena };
    const change = await own.inTenant(async (trx) => ({
      groupIds: [
        await insertGroup(trx, author, [
          { count: 300 },
          { count: 100, country: 'NL' },
          { count: 4, consent: 'withdrawn' },
          { count: 1, blocked: true },
          { count: 2, country: 'AQ' },
        ]),
      ],
      variants: [
        { key: 'A', share: 70, templateId: await insertTemplate(trx, author) },
        { key: 'B', share: 30, templateId: await insertTemplate(trx, author) },
      ],
      costCap: '30.00',
      ratePerS: 50,
    }));
    const { body: draft } = await sendableDraft(own, change);
    const settings = { monthlyQuota: 400, attributionHours: 72 };
    await own.as('paolo', 'PUT', '/v1/campaign-settings', settings);
    const { status, body } = await own.as('irene', 'GET', `/v1/campaigns/${draft.id}/estimate`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      total: 407,
      reachable: 402,
      skipped: [
        { reason: 'no_consent', count: 4 },
        { reason: 'blocked', count: 1 },
      ],
      variants: [
        { key: 'A', count: 281 },
        { key: 'B', count: 121 },
      ],
      countries: [
        { country: 'IT', count: 300 },
        { country: 'NL', count: 100 },
        { country: 'AQ', count: 2 },
      ],
      // 300 × 0.0658 + 100 × 0.1323
      cost: { currency: 'EUR', low: '32.970000', high: '32.970000', unpriced: 2, exceedsCap: true },
      durationS: 9,
      monthlyQuota: { quota: 400, sent: 0, suffices: false },
      violations: [],
    });
  });

  it('names no cost in a currency whose prices are not known, where a cost cap is refused', async () => {
    const own = tenantApi();
    const { body: draft } = await sendableDraft(own, { currency: 'CHF', costCap: '30.00' });
    expect(draft.violations).toMatchObject([{ code: 'cap_without_price', variant: 'A' }]);
    expect((await own.as('irene', 'GET', `/v1/campaigns/${draft.id}/estimate`)).body.cost).toBeNull();
  });
});

describe('a test', () => {
  it('goes once to each number, with the defaults, and is in no result', async () => {
    const own = tenantApi();
    const author = { tenantId: own.tenant.id, by: own.tenant.people.elena };
    const templateId = await own.inTenant((trx) => insertTemplate(trx, author, { text: 'Ciao {{name}}' }));
    const variables = { 'body.name': { from: 'name', default: 'cliente' } };
    const { body: draft } = await sendableDraft(own, { groupIds: [], variants: [{ key: 'A', templateId, variables }] });
    const to = ['+390212345678', '+390212345678', refusedNumber];
    const { status, body } = await own.as('elena', 'POST', `/v1/campaigns/${draft.id}/test-sends`, {
      variant: 'A',
      to,
    });
    expect([status, body.items]).toEqual([
      200,
      [
        { to: '+390212345678', outcome: 'sent', code: null },
        { to: refusedNumber, outcome: 'refused', code: 131_026 },
      ],
    ]);
    const [message] = sent;
    expect(message).toMatchObject({ templateId, values: { 'body.name': 'cliente' }, to: '+390212345678' });
    const [, event] = await eventsOf(own, draft.id);
    expect(event).toMatchObject({ kind: 'campaign.test_sent', data: { variant: 'A', numbers: 2 } });
  });

  it('is not sent of a variant that is not there, nor of a template that is not approved', async () => {
    const own = tenantApi();
    const before = sent.length;
    const { body: draft } = await sendableDraft(own);
    const test = (variant: string) =>
      own.as('elena', 'POST', `/v1/campaigns/${draft.id}/test-sends`, { variant, to: ['+390212345678'] });
    expect((await test('B')).body.errors[0].pointer).toBe('/variant');
    await own.inTenant((trx) => trx.updateTable('template').set({ status: 'disabled' }).execute());
    expect((await test('A')).body.type).toBe('/problems/not-sendable');
    expect(sent).toHaveLength(before);
  });
});

describe('the results', () => {
  it('are those of the ledger, with rates, and can be compared', async () => {
    const own = await tenantApi().another();
    const [first, second] = [await ran(own), await ran(own)];
    await own.inTenant((trx) =>
      trx
        .updateTable('campaign_message')
        .set({ state: 'delivered', sent_at: new Date(), delivered_at: new Date(), cost: '0.0658' })
        .where('campaign_id', '=', first)
        .execute(),
    );
    const { body } = await own.as('irene', 'GET', `/v1/campaigns/${first}/results`);
    expect(body).toMatchObject({ campaignId: first, recipients: 10, total: { sent: 10, cost: '0.658000' } });
    expect(body.total.rates).toEqual({ delivered: 1, read: 0, replied: 0, clicked: 0 });
    const compared = await own.as('irene', 'GET', `/v1/campaign-comparison?ids=${second},${first}`);
    expect(compared.body.items.map(({ total }: typeof body) => total.sent)).toEqual([0, 10]);
    expect(compared.body.items[0].total.rates.delivered).toBeNull();
    const series = await own.as('irene', 'GET', `/v1/campaigns/${first}/results/series?bucket=day`);
    expect(series.body.points).toMatchObject([{ sent: 10, delivered: 10, read: 0 }]);
  });

  it('say why people could not be written to', async () => {
    const own = await tenantApi().another();
    const id = await ran(own);
    await own.inTenant(async (trx) => {
      const rows = await trx.selectFrom('campaign_message').select('id').where('campaign_id', '=', id).execute();
      for (const [index, { id: row }] of rows.slice(0, 3).entries()) {
        const failed = { state: 'failed', error_code: index === 0 ? 132_012 : 131_026, failed_at: new Date() } as const;
        await trx.updateTable('campaign_message').set(failed).where('id', '=', row).execute();
      }
    });
    const { body } = await own.as('irene', 'GET', `/v1/campaigns/${id}/results`);
    expect(body.failures).toEqual([
      { reason: 'undeliverable', code: 131_026, count: 2 },
      { reason: 'content', code: 132_012, count: 1 },
    ]);
  });

  it('can be downloaded by whoever holds the address, and only what it names', async () => {
    const own = tenantApi();
    const id = await ran(own);
    await own.inTenant((trx) => trx.updateTable('author').set({ name: '=1+1, "Rossi"' }).execute());
    const { body } = await own.as('irene', 'GET', `/v1/campaigns/${id}/export`);
    const { pathname, search } = new URL(body.url);
    const file = await own.api.call(pathname + search, { as: null });
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    const [head, row, ...rest] = file.body.trimEnd().split('\r\n');
    expect([head.split(',').slice(0, 3), rest.length]).toEqual([['person', 'phone', 'name'], 9]);
    expect(row).toMatch(/,\+39\d+,"'=1\+1, ""Rossi""",IT,A,queued,,,/);
    const other = await ran(own);
    const moved = await own.api.call(pathname.replace(id, other) + search, { as: null });
    expect([moved.status, moved.body.type]).toEqual([403, '/problems/not-signed']);
  });
});

const refusedNumber = '+390212345699';
const sent: TestMessage[] = [];
const tenantApi = useTenantApi({
  sendTest: (message) => {
    sent.push(message);
    return Promise.resolve(message.to === refusedNumber ? { kind: 'refused', code: 131_026 } : { kind: 'sent' });
  },
});

/** A campaign that has begun: its audience is frozen, and nobody has been sent anything yet. */
async function ran(own: TenantApi): Promise<CampaignId> {
  const { body } = await sendableDraft(own);
  await approved(own, body.id);
  await own.as('paolo', 'POST', `/v1/campaigns/${body.id}/start`);
  await own.inTenant((trx) => freezeChunk(trx, { tenantId: own.tenant.id, campaignId: body.id, now: new Date() }));
  return body.id;
}
