import { describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/new-id.ts';
import { approved, eventsOf, sendableDraft, toldOf, withCampaignPolicy } from '../support/campaign-api.ts';
import { insertGroup, insertTemplate } from '../support/campaign-people.ts';
import { faultsOf } from '../support/calendar-api.ts';
import { type TenantApi, useTenantApi } from '../support/tenant-api.ts';

describe('a draft', () => {
  it('may be incomplete, and says what is missing', async () => {
    const { status, body, headers } = await drafts('elena', { name: 'Vuota' });
    expect([status, headers.get('etag'), body.state, body.beginsAt]).toEqual([201, '"1"', 'draft', null]);
    expect(codesOf(body)).toEqual(['no_group', 'no_number', 'no_variant']);
    expect(body.createdBy).toEqual({ id: tenantApi().tenant.people.elena, name: 'Elena Conti' });
  });

  it('names only what is there, and nothing twice', async () => {
    const { body } = await sendableDraft(tenantApi());
    const [group] = body.groups;
    const stranger = newId();
    const answered = await drafts('elena', {
      name: 'x',
      groupIds: [group.id, group.id],
      connectionIds: [stranger],
      variants: [{ key: 'A', templateId: stranger }],
    });
    expect(faultsOf(answered)).toEqual([
      422,
      ['/groupIds/1 unique', '/connectionIds/0 exists', '/variants/0/templateId exists'],
    ]);
  });

  it('says of each thing why it cannot be sent as it stands', async () => {
    const own = tenantApi();
    const author = { tenantId: own.tenant.id, by: own.tenant.people.elena };
    const draft = await sendableDraft(own, { startsAtLocal: '2020-01-01T09:00' });
    const named = await own.inTenant(async (trx) => ({
      groupIds: [await insertGroup(trx, author, [{ count: 2, consent: 'unknown' }])],
      variants: [
        { key: 'A', templateId: await insertTemplate(trx, author, { text: 'Ciao {{name}}', status: 'paused' }) },
        { key: 'B', templateId: await insertTemplate(trx, author, { account: 'another' }) },
      ],
    }));
    const { body } = await edit(own, draft.body, named);
    expect(codesOf(body)).toEqual([
      'template_not_approved',
      'variable_without_source',
      'template_of_other_account',
      'start_in_past',
      'no_recipient',
    ]);
    const submitted = await own.as('elena', 'POST', `/v1/campaigns/${body.id}/submit`);
    expect([submitted.status, submitted.body.type]).toEqual([409, '/problems/not-sendable']);
    expect(codesOf(submitted.body)).toEqual(codesOf(body));
  });

  it('is edited by whoever has read its newest version; what is left out stays', async () => {
    const own = tenantApi();
    const { body } = await sendableDraft(own);
    const edited = await edit(own, body, { name: 'Capodanno', quietHours: { from: '21:00', to: '09:00' } });
    expect(edited.body).toMatchObject({ name: 'Capodanno', version: 2, groups: body.groups, variants: body.variants });
    expect((await edit(own, body, { name: 'Di nuovo' })).status).toBe(412);
    expect((await eventsOf(own, body.id)).map(({ kind }) => kind)).toEqual(['campaign.created', 'campaign.edited']);
  });

  it.each([
    [{ startsAtLocal: '2026-02-30T09:00' }, 422, '/startsAtLocal'],
    [{ quietHours: { from: '9', to: '10:00' } }, 400, '/quietHours/from'],
    [{ costCap: '1.1234567' }, 400, '/costCap'],
    [{ groupIds: ['x'] }, 400, '/groupIds/0'],
  ])('does not take %j', async (fields, expected, pointer) => {
    const { status, body } = await drafts('elena', { name: 'x', ...fields });
    expect([status, body.errors[0].pointer]).toEqual([expected, pointer]);
  });

  it('can be deleted, and nothing else can', async () => {
    const own = tenantApi();
    const { body } = await sendableDraft(own);
    const remove = () => own.as('elena', 'DELETE', path(body), undefined, { headers: { 'if-match': '*' } });
    await approved(own, body.id);
    expect((await remove()).body).toMatchObject({ status: 409, state: 'scheduled' });
    await own.as('elena', 'POST', `${path(body)}/withdraw`);
    expect((await remove()).status).toBe(204);
    expect((await own.as('elena', 'GET', path(body))).status).toBe(404);
  });
});

describe('without a policy for campaigns', () => {
  it('whoever may send schedules a draft, by submitting it too; its process hears of it', async () => {
    const own = tenantApi();
    for (const name of ['schedule', 'submit']) {
      const { body } = await sendableDraft(own, { startsAtLocal: '2100-12-24T09:00' });
      expect((await own.as('elena', 'POST', `${path(body)}/${name}`)).body).toMatchObject({
        status: 403,
        permission: 'campaign.send',
      });
      const { status, body: done } = await own.as('paolo', 'POST', `${path(body)}/${name}`);
      expect([status, done.state, done.violations, done.approval]).toEqual([200, 'scheduled', [], null]);
      expect(await toldOf(own, body.id)).toEqual(['campaign_changed']);
    }
  });
});

describe('what an approval is bound to', () => {
  it('does not change with name and pace, but with everything else', async () => {
    const own = tenantApi();
    let { body } = await sendableDraft(own);
    const hashAfter = async (change: object) => {
      ({ body } = await edit(own, body, change));
      return body.contentHash;
    };
    const hash = body.contentHash;
    expect(await hashAfter({ name: 'y', ratePerS: 5 })).toBe(hash);
    const changes = [
      { startsAtLocal: '2100-01-01T09:00' },
      { zone: 'recipient' },
      { quietHours: { from: '21:00', to: '09:00' } },
      { costCap: '10.00' },
      { groupIds: [] },
    ];
    const hashes = [hash];
    for (const change of changes) hashes.push(await hashAfter(change));
    expect(new Set(hashes).size).toBe(changes.length + 1);
  });
});

describe('a campaign that is scheduled', () => {
  it('can be slowed down and cancelled through its process, which cannot pause what has not begun', async () => {
    const own = tenantApi();
    const { body } = await sendableDraft(own, { startsAtLocal: '2100-12-24T09:00' });
    await approved(own, body.id);
    const command = async (name: string) => (await own.as('paolo', 'POST', `${path(body)}/${name}`)).body;
    expect(await command('pause')).toMatchObject({ status: 409, type: '/problems/wrong-state', state: 'scheduled' });
    const slowed = await own.as('paolo', 'PUT', `${path(body)}/rate`, { ratePerS: 3 });
    expect(slowed.body).toMatchObject({ state: 'scheduled', ratePerS: 3 });
    expect(await command('cancel')).toMatchObject({ state: 'cancelled', recipients: null });
    expect(await command('resume')).toMatchObject({ status: 409, type: '/problems/ended', state: 'cancelled' });
    expect((await eventsOf(own, body.id)).slice(-2)).toMatchObject([
      { kind: 'campaign.throttled', data: { ratePerS: 3 } },
      { kind: 'campaign.cancelled' },
    ]);
  });

  it('has no process while it is a draft or in review: a review is cancelled without one', async () => {
    const own = await withCampaignPolicy(tenantApi(), [{ roles: ['reviewer'] }]);
    const { body } = await sendableDraft(own);
    const command = async (name: string) => (await own.as('paolo', 'POST', `${path(body)}/${name}`)).body;
    for (const name of ['pause', 'resume', 'cancel']) {
      expect(await command(name)).toMatchObject({ status: 409, type: '/problems/wrong-state', state: 'draft' });
    }
    await own.as('elena', 'POST', `${path(body)}/submit`);
    expect(await command('pause')).toMatchObject({ status: 409, type: '/problems/wrong-state', state: 'in_review' });
    expect(await command('cancel')).toMatchObject({ state: 'cancelled' });
    expect(await toldOf(own, body.id)).toEqual([]);
  });

  it('may cost more or less once it has begun, by whom stands in its timeline', async () => {
    const own = tenantApi();
    const { body } = await sendableDraft(own, { costCap: '1.00' });
    const change = (costCap: string | null) => own.as('paolo', 'PUT', `${path(body)}/cost-cap`, { costCap });
    expect((await change('2.00')).body).toMatchObject({ type: '/problems/wrong-state', state: 'draft' });
    await own.inTenant((trx) =>
      trx
        .updateTable('campaign')
        .set({ state: 'paused', pause_reason: 'cost_cap' })
        .where('id', '=', body.id)
        .execute(),
    );
    expect(await change('250.5')).toMatchObject({ status: 200, body: { costCap: '250.500000', state: 'paused' } });
    expect(await change(null)).toMatchObject({ status: 200, body: { costCap: null } });
    expect((await eventsOf(own, body.id)).slice(-2)).toMatchObject([
      { kind: 'campaign.cap_changed', data: { costCap: '250.5' } },
      { kind: 'campaign.cap_changed', data: { costCap: null } },
    ]);
    await own.inTenant((trx) =>
      trx.updateTable('campaign').set({ currency: 'XXX' }).where('id', '=', body.id).execute(),
    );
    expect(await change('3.00')).toMatchObject({ status: 409, body: { violations: [{ code: 'cap_without_price' }] } });
  });

  it('is among what a disconnect of its number would stop', async () => {
    const own = tenantApi();
    const { body } = await sendableDraft(own, { name: 'Saldi', startsAtLocal: '2100-12-24T09:00' });
    const impact = async () =>
      (await own.as('irene', 'GET', `/v1/connections/${body.numbers[0].connectionId}/impact`)).body;
    expect((await impact()).campaigns).toEqual([]);
    await approved(own, body.id);
    expect(await impact()).toMatchObject({
      items: [],
      campaigns: [{ id: body.id, name: 'Saldi', state: 'scheduled', pauseReason: null, otherNumbers: 0 }],
    });
  });

  it('begins by the first clock of the world when it starts in each recipient’s zone', async () => {
    const start = { startsAtLocal: '2100-12-24T09:00' };
    const { body } = await sendableDraft(tenantApi(), { ...start, zone: 'recipient' });
    expect(body.beginsAt).toBe('2100-12-23T19:00:00.000Z');
    expect((await sendableDraft(tenantApi(), start)).body.beginsAt).toBe('2100-12-24T08:00:00.000Z');
  });

  it('is stopped by those who may send only', async () => {
    const own = tenantApi();
    const { body } = await sendableDraft(own);
    await approved(own, body.id);
    for (const name of ['start', 'pause', 'resume', 'cancel']) {
      expect((await own.as('elena', 'POST', `${path(body)}/${name}`)).status).toBe(403);
    }
  });

  it('goes back to draft before it has begun', async () => {
    const own = tenantApi();
    const { body } = await sendableDraft(own, { startsAtLocal: '2100-12-24T09:00' });
    await approved(own, body.id);
    expect((await own.as('elena', 'POST', `${path(body)}/withdraw`)).body.state).toBe('draft');
    expect(await toldOf(own, body.id)).toHaveLength(2);
  });
});

describe('a copy', () => {
  it('says the same, without the start', async () => {
    const own = tenantApi();
    const { body } = await sendableDraft(own, { startsAtLocal: '2100-12-24T09:00', ratePerS: 7 });
    const { status, body: clone } = await own.as('elena', 'POST', `${path(body)}/clone`, { name: 'Ancora' });
    expect([status, clone.name, clone.cloneOf, clone.state]).toEqual([201, 'Ancora', body.id, 'draft']);
    const { groups, numbers, variants, ratePerS } = body;
    expect(clone).toMatchObject({ groups, numbers, variants, ratePerS, startsAtLocal: null, approval: null });
  });

  it('for those who did not read waits for the end of the first', async () => {
    const own = tenantApi();
    const { body } = await sendableDraft(own);
    const again = await own.as('elena', 'POST', `${path(body)}/resend`, { name: 'Ancora' });
    expect(again.body).toMatchObject({ type: '/problems/wrong-state', state: 'draft' });
  });
});

describe('the list', () => {
  it('comes newest first, in pages, by state and name', async () => {
    const own = await tenantApi().another();
    const names = ['Uno', 'Due', 'Tre'];
    for (const name of names) await own.as('elena', 'POST', '/v1/campaigns', { name });
    const first = await own.as('irene', 'GET', '/v1/campaigns?limit=2');
    expect(first.body.items.map(({ name }: { name: string }) => name)).toEqual(['Tre', 'Due']);
    const rest = await own.as('irene', 'GET', `/v1/campaigns?limit=2&cursor=${first.body.nextCursor}`);
    expect([rest.body.items[0].name, rest.body.nextCursor]).toEqual(['Uno', null]);
    const found = async (query: string) => (await own.as('irene', 'GET', `/v1/campaigns?${query}`)).body.items.length;
    expect([await found('q=du'), await found('state=running'), await found('state=draft,paused')]).toEqual([1, 0, 3]);
    const { elena, bruno } = own.tenant.people;
    expect([await found(`createdBy=${elena}`), await found(`createdBy=${bruno}`)]).toEqual([3, 0]);
  });
});

const tenantApi = useTenantApi();

const path = ({ id }: { id: string }): string => `/v1/campaigns/${id}`;
const drafts = (person: 'elena', json: object) => tenantApi().as(person, 'POST', '/v1/campaigns', json);
const codesOf = (body: { violations: { code: string }[] }) => body.violations.map(({ code }) => code);

function edit(own: TenantApi, { id, version }: { id: string; version: number }, json: object) {
  return own.as('elena', 'PATCH', `/v1/campaigns/${id}`, json, { headers: { 'if-match': `"${version}"` } });
}
