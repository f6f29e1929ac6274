import { expect, test } from 'vitest';
import {
  insertBusinessCalendar,
  loadBusinessCalendar,
  lockBusinessCalendar,
  setDefaultCalendar,
  updateBusinessCalendar,
} from '../../src/db/business-calendar.ts';
import { withTenant } from '../../src/db/tenant.ts';
import { afterBusinessMinutes, type Week } from '../../src/domain/business-calendar.ts';
import type { BusinessCalendarId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import { type FreshTenant, freshTenant } from '../support/fresh-tenant.ts';
import { databaseAs } from './support/stack-databases.ts';

const { db } = databaseAs('app');
const now = new Date('2026-11-24T09:00:00Z');
/** Friday before the feast of the Immaculate Conception, 17:00 in Rome. */
const friday = new Date('2026-12-04T16:00:00Z');

test('without any calendar a tenant works Monday to Friday, 9 to 18 by its own clock, on holidays too', async () => {
  const tenant = await freshTenant(db);
  expect(await after(tenant, null, { minutes: 120 })).toBe('2026-12-07T09:00:00.000Z');
  expect(await after(tenant, null, { minutes: 60 + 9 * 60 + 1 })).toBe('2026-12-08T08:01:00.000Z');
});

test('the default calendar closes on the holidays of its country, this year and the next ones', async () => {
  const tenant = await freshTenant(db);
  const id = await insert(tenant);
  await withTenant(db, tenant.id, (trx) => setDefaultCalendar(trx, tenant.id, id));
  expect(await after(tenant, null, { minutes: 60 + 8 * 60 + 1 })).toBe('2026-12-09T08:01:00.000Z');
  const newYear = { from: new Date('2027-12-31T16:00:00Z'), minutes: 61 };
  expect(await after(tenant, null, newYear)).toBe('2028-01-03T08:01:00.000Z');
});

test('a calendar that is named counts instead of the default; one that is gone counts as the default', async () => {
  const tenant = await freshTenant(db);
  const id = await insert(tenant, { country: null });
  expect(await after(tenant, id, { minutes: 60 + 8 * 60 + 1 })).toBe('2026-12-08T08:01:00.000Z');
  expect(await after(tenant, newId(), { minutes: 120 })).toBe('2026-12-07T09:00:00.000Z');
});

test('what the tenant says of a date counts more than its holiday', async () => {
  const tenant = await freshTenant(db);
  const id = await insert(tenant, {
    exceptions: [
      { date: '2026-12-07', kind: 'closed', name: 'Sant’Ambrogio' },
      { date: '2026-12-08', kind: 'worked', name: null },
      { date: '2026-12-09', kind: 'hours', name: 'Mezza giornata', intervals: [{ from: 600, to: 660 }] },
    ],
  });
  expect(await after(tenant, id, { minutes: 60 + 1 })).toBe('2026-12-08T08:01:00.000Z');
  expect(await after(tenant, id, { minutes: 60 + 8 * 60 + 60 })).toBe('2026-12-09T10:00:00.000Z');
});

test('what is written is read again, exceptions by date, and an edit replaces all of it', async () => {
  const tenant = await freshTenant(db);
  const id = await insert(tenant, {
    exceptions: [
      { date: '2028-02-29', kind: 'closed', name: null },
      { date: '2026-12-07', kind: 'closed', name: 'Ponte' },
    ],
  });
  const read = () => withTenant(db, tenant.id, (trx) => lockBusinessCalendar(trx, id));
  const first = await read();
  expect(first).toMatchObject({ ...content, version: 1, isDefault: false });
  expect(first?.exceptions.map(({ date }) => date)).toEqual(['2026-12-07', '2028-02-29']);
  const edited = { ...content, name: 'Altro', timeZone: 'Asia/Kolkata', exceptions: [] };
  await withTenant(db, tenant.id, (trx) =>
    updateBusinessCalendar(trx, { id, tenantId: tenant.id, content: edited, now }),
  );
  expect(await read()).toMatchObject({ ...edited, version: 2 });
});

const day = [
  { from: 9 * 60, to: 13 * 60 },
  { from: 14 * 60, to: 18 * 60 },
];
const week: Week = {
  monday: day,
  tuesday: day,
  wednesday: day,
  thursday: day,
  friday: day,
  saturday: [],
  sunday: [],
};
const content = {
  name: 'Orario',
  timeZone: 'Europe/Rome',
  week,
  country: 'IT',
  region: null,
  holidayTypes: ['public'],
} as const;

async function insert(
  tenant: FreshTenant,
  differing: Partial<Parameters<typeof insertBusinessCalendar>[1]['content']> = {},
): Promise<BusinessCalendarId> {
  const id = newId<BusinessCalendarId>();
  await withTenant(db, tenant.id, (trx) =>
    insertBusinessCalendar(trx, {
      id,
      tenantId: tenant.id,
      content: { ...content, exceptions: [], ...differing },
      now,
    }),
  );
  return id;
}

async function after(
  tenant: FreshTenant,
  id: BusinessCalendarId | null,
  { from = friday, minutes }: { from?: Date; minutes: number },
): Promise<string | null> {
  const calendar = await withTenant(db, tenant.id, (trx) => loadBusinessCalendar(trx, id, from));
  const instant = afterBusinessMinutes(calendar, from.getTime(), minutes);
  return instant === null ? null : new Date(instant).toISOString();
}
