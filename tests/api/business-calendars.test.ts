import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { withTenant } from '../../src/db/tenant.ts';
import type { BuiltInRoleKey } from '../../src/domain/permission.ts';
import type { CallAnswer } from '../support/api.ts';
import { afternoon, faultsOf, morning, useCalendarApi } from '../support/calendar-api.ts';
import { createOwnTenant, type OwnTenant } from '../support/own-tenant.ts';

const served = useCalendarApi();

describe('a calendar', () => {
  test('is read as it was written, its hours and exceptions in order', async () => {
    const { status, body, headers } = await served().create({
      timeZone: 'europe/rome',
      week: { monday: [afternoon, morning], sunday: [{ from: '00:00', to: '24:00' }] },
      exceptions: [
        { kind: 'hours', date: '2026-12-31', name: 'San Silvestro', intervals: [morning] },
        { kind: 'closed', date: '2026-12-07', name: 'Ponte' },
        { kind: 'worked', date: '2026-12-08' },
      ],
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/business-calendars/${body.id}`);
    const read = await show(body.id);
    expect(read.headers.get('etag')).toBe('"1"');
    expect(read.body).toEqual(body);
    expect(read.body).toMatchObject({
      timeZone: 'Europe/Rome',
      week: { monday: [morning, afternoon], tuesday: [], sunday: [{ from: '00:00', to: '24:00' }] },
      holidays: { country: 'IT', region: null, types: ['public'] },
      exceptions: [
        { date: '2026-12-07', kind: 'closed', name: 'Ponte' },
        { date: '2026-12-08', kind: 'worked', name: null },
        { date: '2026-12-31', kind: 'hours', name: 'San Silvestro', intervals: [morning] },
      ],
      isDefault: false,
      version: 1,
    });
  });

  test('tells the holidays of the present year, or of another, in the reader’s language', async () => {
    const { body } = await served().create({ exceptions: [{ kind: 'worked', date: '2027-03-29' }] });
    expect([body.year, body.yearHolidays[0]]).toEqual([
      2026,
      { date: '2026-01-01', name: 'Capodanno', type: 'public', closedFrom: '00:00', overruled: false },
    ]);
    const next = (await show(body.id, '?year=2027')).body;
    expect(next.yearHolidays).toContainEqual({
      date: '2027-03-29',
      name: 'Lunedì dell’Angelo',
      type: 'public',
      closedFrom: '00:00',
      overruled: true,
    });
  });

  test('of a region has its holidays, and bank holidays where they are asked for', async () => {
    const { body } = await served().create({ holidays: { country: 'DE', region: 'BY-A', types: ['public', 'bank'] } });
    const { yearHolidays } = (await show(body.id, '?year=2027')).body;
    expect(yearHolidays).toContainEqual(expect.objectContaining({ date: '2027-08-08', type: 'public' }));
    expect(yearHolidays).toContainEqual(expect.objectContaining({ date: '2027-12-24', closedFrom: '14:00' }));
  });

  test('without a country has no holidays', async () => {
    const { body } = await served().create({ holidays: null });
    expect([body.holidays, body.yearHolidays]).toEqual([null, []]);
  });

  test('has a name of its own', async () => {
    const { body } = await served().create();
    const again = await served().create({ name: body.name });
    expect(faultsOf(again)).toEqual([422, ['/name unique']]);
    const other = (await served().create()).body;
    expect(faultsOf(await edit(other.id, { name: body.name }))).toEqual([422, ['/name unique']]);
  });

  test('is one of several that are made at once under one name', async () => {
    const name = `Orario ${randomUUID()}`;
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => served().create({ name }, served().own, { 'idempotency-key': randomUUID() })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(7);
  });
});

describe('an edit', () => {
  test('changes what it names, replaces exceptions as a whole, and is the next version', async () => {
    const { body } = await served().create({ exceptions: [{ kind: 'closed', date: '2026-12-07' }] });
    const edited = await edit(body.id, {
      week: { tuesday: [morning] },
      exceptions: [{ kind: 'closed', date: '2026-12-24' }],
    });
    expect([edited.status, edited.headers.get('etag')]).toEqual([200, '"2"']);
    expect(edited.body).toMatchObject({
      name: body.name,
      holidays: body.holidays,
      week: { monday: [], tuesday: [morning] },
      exceptions: [{ date: '2026-12-24', kind: 'closed', name: null }],
      version: 2,
    });
    expect((await show(body.id)).body).toEqual(edited.body);
  });

  test('that changes nothing is no version', async () => {
    const { body } = await served().create({
      exceptions: [{ kind: 'hours', date: '2026-12-07', intervals: [morning] }],
    });
    const { name, timeZone, week, holidays, exceptions } = body;
    const edited = await edit(body.id, { name, timeZone, week, holidays, exceptions });
    expect([edited.status, edited.body.version]).toEqual([200, 1]);
    expect(await eventsOf(body.id)).toEqual([['business_calendar.created', { version: 1 }]]);
  });

  test('must say which version it changes, and loses against a faster one', async () => {
    const { body } = await served().create();
    expect((await served().call('PATCH', `/${body.id}`, { json: { timeZone: 'UTC' } })).body.type).toBe(
      '/problems/version-required',
    );
    expect((await edit(body.id, { timeZone: 'UTC' })).status).toBe(200);
    expect((await edit(body.id, { timeZone: 'Asia/Kolkata' }, '"1"')).body).toMatchObject({
      type: '/problems/stale-version',
      currentVersion: 2,
    });
  });

  test('can take holidays away and bring them back', async () => {
    const { body } = await served().create();
    expect((await edit(body.id, { holidays: null })).body.yearHolidays).toEqual([]);
    expect((await edit(body.id, { holidays: { country: 'FR' } }, '"2"')).body.yearHolidays).toHaveLength(11);
  });
});

describe('the default', () => {
  test('is chosen, passed on and taken back, and each change is recorded', async () => {
    const tenant = await createOwnTenant(served().api.services.db);
    const [first, second] = [(await served().create({}, tenant)).body.id, (await served().create({}, tenant)).body.id];
    const choose = (businessCalendarId: string | null) =>
      served().call('PUT', '/default', { json: { businessCalendarId } }, { tenant });
    const chosen = async () => {
      const { items } = (await served().call('GET', '', {}, { tenant })).body;
      return items.filter((item: { isDefault: boolean }) => item.isDefault).map((item: { id: string }) => item.id);
    };
    expect(await chosen()).toEqual([]);
    for (const id of [first, first, second]) {
      expect(await choose(id)).toMatchObject({ status: 200, body: { businessCalendarId: id } });
      expect(await chosen()).toEqual([id]);
    }
    expect((await choose(null)).body).toEqual({ businessCalendarId: null });
    expect(await chosen()).toEqual([]);
    expect((await eventsOf(first, tenant)).slice(1)).toEqual([
      ['business_calendar.changed', { isDefault: true }],
      ['business_calendar.changed', { isDefault: false }],
    ]);
  });

  test('must be a calendar of the tenant', async () => {
    const answer = await served().call('PUT', '/default', { json: { businessCalendarId: randomUUID() } });
    expect(faultsOf(answer)).toEqual([422, ['/businessCalendarId exists']]);
  });
});

describe('deleting', () => {
  test('removes a calendar with its exceptions, and is recorded', async () => {
    const { body } = await served().create({ exceptions: [{ kind: 'closed', date: '2026-12-07' }] });
    expect((await remove(body.id)).status).toBe(204);
    expect((await show(body.id)).status).toBe(404);
    expect((await eventsOf(body.id)).at(-1)).toEqual(['business_calendar.deleted', { version: 1 }]);
  });

  test('is refused while the calendar is the default', async () => {
    const tenant = await createOwnTenant(served().api.services.db);
    const { id } = (await served().create({}, tenant)).body;
    await served().call('PUT', '/default', { json: { businessCalendarId: id } }, { tenant });
    expect(await remove(id, tenant)).toMatchObject({
      status: 409,
      body: { type: '/problems/calendar-in-use', usedBy: 'default' },
    });
    await served().call('PUT', '/default', { json: { businessCalendarId: null } }, { tenant });
    expect((await remove(id, tenant)).status).toBe(204);
  });
});

describe('a deadline', () => {
  test('is told in UTC, by the clocks of the calendar and in words', async () => {
    const { id } = (await served().create()).body;
    const { status, body } = await deadline(id, { from: '2026-12-04T17:00:00+01:00', minutes: '510' });
    expect(status).toBe(200);
    expect(body).toEqual({
      from: '2026-12-04T16:00:00.000Z',
      minutes: 510,
      deadlineAt: '2026-12-07T16:30:00.000Z',
      local: {
        timeZone: 'Europe/Rome',
        at: '2026-12-07T17:30:00+01:00',
        text: 'lunedì 7 dicembre 2026 alle ore 17:30',
      },
    });
  });

  test('leaves out holidays and the tenant’s own closed days, of the next year too', async () => {
    const { id } = (await served().create({ exceptions: [{ kind: 'closed', date: '2027-01-05' }] })).body;
    const { body } = await deadline(id, { from: '2026-12-31T17:00:00+01:00', minutes: String(60 + 8 * 60 + 1) });
    // The first is New Year’s Day, a Friday; Monday is worked; Tuesday is closed; Wednesday is Epiphany.
    expect(body.local.at).toBe('2027-01-07T09:01:00+01:00');
  });

  test('is none when no business is done for three years', async () => {
    const { id } = (await served().create({ week: { monday: [{ from: '09:00', to: '09:01' }] } })).body;
    expect((await deadline(id, { minutes: '1000' })).body).toMatchObject({ deadlineAt: null, local: null });
  });

  test('counts from now unless told otherwise', async () => {
    const { id } = (await served().create()).body;
    expect((await deadline(id, { minutes: '1' })).body.deadlineAt).toBe('2026-11-24T09:01:00.000Z');
  });

  test.each([
    [{ minutes: '-1' }, 'minutes'],
    [{ minutes: 'many' }, 'minutes'],
    [{}, 'minutes'],
    [{ minutes: '1', from: 'tomorrow' }, 'from'],
    [{ minutes: '1', from: '1815-06-18T11:35:00Z' }, 'from'],
  ])('of %j is malformed', async (query, parameter) => {
    const { id } = (await served().create()).body;
    expect(await deadline(id, query)).toMatchObject({ status: 400, body: { errors: [{ parameter }] } });
  });
});

test('the places whose holidays are known are listed by their names in the reader’s language', async () => {
  const { body } = await served().api.call('/v1/holiday-regions', { token: served().own.token('viewer') });
  expect(body.items).toContainEqual(expect.objectContaining({ country: 'DE', name: 'Germania' }));
  const germany = body.items.find(({ country }: { country: string }) => country === 'DE');
  expect(germany.regions).toContainEqual({ code: 'BY-A', name: 'Bayern, Stadt Augsburg' });
});

test('everybody reads calendars; only tenant admins and supervisors write them', async () => {
  const { id } = (await served().create()).body;
  for (const role of Object.keys(served().own.users) as BuiltInRoleKey[]) {
    expect((await served().call('GET', `/${id}`, {}, { role })).status).toBe(200);
    const { status } = await served().call('PATCH', `/${id}`, { json: {}, headers: anyVersion }, { role });
    expect([role, status]).toEqual([role, ['tenant_admin', 'supervisor'].includes(role) ? 200 : 403]);
  }
});

const anyVersion = { 'if-match': '*' };

function show(id: string, query = ''): Promise<CallAnswer> {
  return served().call('GET', `/${id}${query}`);
}

function edit(id: string, json: object, version = '"1"'): Promise<CallAnswer> {
  return served().call('PATCH', `/${id}`, { json, headers: { 'if-match': version } });
}

function remove(id: string, tenant = served().own): Promise<CallAnswer> {
  return served().call('DELETE', `/${id}`, { headers: anyVersion }, { tenant });
}

function deadline(id: string, query: Record<string, string>): Promise<CallAnswer> {
  return served().call('GET', `/${id}/deadline?${new URLSearchParams(query)}`);
}

function eventsOf(id: string, { tenantId }: Pick<OwnTenant, 'tenantId'> = served().own): Promise<unknown[][]> {
  return withTenant(served().api.services.db, tenantId, async (trx) => {
    const rows = await trx
      .selectFrom('event')
      .select(['kind', 'data'])
      .where('entity', '=', 'business_calendar')
      .where('entity_id', '=', id)
      .orderBy('position')
      .execute();
    return rows.map(({ kind, data }) => [kind, data]);
  });
}
