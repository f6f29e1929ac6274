import {
  insertBusinessCalendar,
  type NamedException,
  selectBusinessCalendar,
  setDefaultCalendar,
} from '../src/db/business-calendar.ts';
import type { TenantTransaction } from '../src/db/tenant.ts';
import type { BusinessCalendarId, TenantId } from '../src/domain/ids.ts';
import { type DemoTenant, namedId } from './demo-data.ts';

/** The tenant's default calendar: an Italian office with a lunch break. One that is there already stays as it is. */
export async function seedCalendar(
  trx: TenantTransaction,
  { tenant, tenantId, now }: { tenant: DemoTenant; tenantId: TenantId; now: Date },
): Promise<void> {
  const id = namedId(`business calendar ${tenant.slug}`) as BusinessCalendarId;
  if ((await selectBusinessCalendar(trx, id)) !== null) return;
  const content = {
    name: 'Orario d’ufficio',
    timeZone: 'Europe/Rome',
    week: { monday: day, tuesday: day, wednesday: day, thursday: day, friday: day, saturday: [], sunday: [] },
    country: 'IT',
    region: null,
    holidayTypes: ['public'],
    exceptions: tenant.slug === 'borgoverde' ? patronDays(now.getUTCFullYear()) : [],
  } as const;
  await insertBusinessCalendar(trx, { id, tenantId, content, now });
  await setDefaultCalendar(trx, tenantId, id);
}

const day = [
  { from: 9 * 60, to: 13 * 60 },
  { from: 14 * 60, to: 18 * 60 },
];

/** The town hall closes for its patron saint, whom no country's list knows. */
function patronDays(year: number): readonly NamedException[] {
  return [year, year + 1, year + 2].map((each) => ({
    date: `${each}-11-11`,
    kind: 'closed',
    name: 'San Martino, patrono di Borgoverde',
  }));
}
