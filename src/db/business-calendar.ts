import { type Expression, sql } from 'kysely';
import {
  type BusinessCalendar,
  type BusinessCalendarRules,
  type CalendarException,
  horizonMs,
  type Interval,
  type LocalDate,
  type Week,
  withHolidays,
} from '../domain/business-calendar.ts';
import type { BusinessCalendarId, TenantId } from '../domain/ids.ts';
import { type HolidayType, publicHolidays } from '../platform/public-holidays.ts';
import { unlessViolated } from './constraint.ts';
import type { TenantTransaction } from './tenant.ts';

/**
 * The calendar with the holidays of the years around an instant: from the year before to as far ahead as business time
 * is looked for. Null is the tenant's default, and so is a calendar that is gone; a tenant that has none does business
 * from Monday to Friday, 9:00 to 18:00 in its own time zone, holidays or not.
 */
export async function loadBusinessCalendar(
  trx: TenantTransaction,
  calendarId: BusinessCalendarId | null,
  around: Date,
): Promise<BusinessCalendar> {
  const row = await selectChosenCalendar(trx, calendarId);
  return row === null ? withHolidays(await standardRules(trx), []) : calendarAround(row, around);
}

/** The same for a calendar that has been read. */
export function calendarAround(row: BusinessCalendarRow, around: Date): BusinessCalendar {
  const { country, region, holidayTypes: types } = row;
  if (country === null) return withHolidays(row, []);
  const [first, last] = [around.getUTCFullYear() - 1, new Date(around.getTime() + horizonMs).getUTCFullYear() + 1];
  const years = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const holidays = years.flatMap((year) => publicHolidays({ country, region }, { year, types }));
  return withHolidays(row, holidays);
}

/** A date that is not as its weekday or its holiday says, and what people call it. */
export type NamedException = CalendarException & { readonly name: string | null };

/** What an admin says of a calendar. */
export interface BusinessCalendarContent extends BusinessCalendarRules {
  readonly name: string;
  /** Whose holidays close it; null: nobody's. */
  readonly country: string | null;
  readonly region: string | null;
  readonly holidayTypes: readonly HolidayType[];
  /** By date. */
  readonly exceptions: readonly NamedException[];
}

export interface BusinessCalendarRow extends BusinessCalendarContent {
  readonly id: BusinessCalendarId;
  readonly isDefault: boolean;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Where a page of calendars ended: its sort key. */
export type CalendarPosition = readonly [name: string, calendarId: string];

/** Calendars by name, `limit + 1` at most: the surplus one says that there are more. */
export async function selectBusinessCalendars(
  trx: TenantTransaction,
  { after, limit }: { after: CalendarPosition | null; limit: number },
): Promise<BusinessCalendarRow[]> {
  const rows = await calendarRows(trx)
    .$if(after !== null, (query) => query.where(sql<boolean>`(name, id) > (${after?.[0]}, ${after?.[1]}::uuid)`))
    .orderBy('name')
    .orderBy('id')
    .limit(limit + 1)
    .execute();
  return rows.map(rowOf);
}

export async function selectBusinessCalendar(
  trx: TenantTransaction,
  id: BusinessCalendarId,
): Promise<BusinessCalendarRow | null> {
  const row = await calendarRows(trx).where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : rowOf(row);
}

/** The same, and nobody else may change it before this transaction ends. */
export async function lockBusinessCalendar(
  trx: TenantTransaction,
  id: BusinessCalendarId,
): Promise<BusinessCalendarRow | null> {
  await trx.selectFrom('business_calendar').select('id').where('id', '=', id).forUpdate().execute();
  return selectBusinessCalendar(trx, id);
}

/** The named calendar, or else the tenant's default. */
async function selectChosenCalendar(
  trx: TenantTransaction,
  id: BusinessCalendarId | null,
): Promise<BusinessCalendarRow | null> {
  const named = id === null ? null : await selectBusinessCalendar(trx, id);
  if (named !== null) return named;
  const row = await calendarRows(trx).where(isDefault, '=', true).executeTakeFirst();
  return row === undefined ? null : rowOf(row);
}

interface Writing {
  readonly id: BusinessCalendarId;
  readonly tenantId: TenantId;
  readonly content: BusinessCalendarContent;
  readonly now: Date;
}

/** False, and the transaction is lost, when another calendar of the tenant has the name. */
export function insertBusinessCalendar(
  trx: TenantTransaction,
  { id, tenantId, content, now }: Writing,
): Promise<boolean> {
  return unlessViolated('unique', async () => {
    await trx
      .insertInto('business_calendar')
      .values({ ...columnsOf(content), tenant_id: tenantId, id, created_at: now, updated_at: now })
      .execute();
    await insertExceptions(trx, { id, tenantId, exceptions: content.exceptions });
  });
}

/** Writes all of it anew, as its next version. False as for `insertBusinessCalendar`. */
export function updateBusinessCalendar(
  trx: TenantTransaction,
  { id, tenantId, content, now }: Writing,
): Promise<boolean> {
  return unlessViolated('unique', async () => {
    await trx
      .updateTable('business_calendar')
      .set({ ...columnsOf(content), updated_at: now })
      .set((eb) => ({ version: eb('version', '+', 1) }))
      .where('id', '=', id)
      .execute();
    await trx.deleteFrom('business_calendar_exception').where('calendar_id', '=', id).execute();
    await insertExceptions(trx, { id, tenantId, exceptions: content.exceptions });
  });
}

/** False, and the transaction is lost, while anything refers to it: the tenant's default, or a policy. */
export function deleteBusinessCalendar(trx: TenantTransaction, id: BusinessCalendarId): Promise<boolean> {
  return unlessViolated('foreign key', async () => {
    await trx.deleteFrom('business_calendar').where('id', '=', id).execute();
  });
}

/** The tenant's default; null: it has none of its own. */
export async function selectDefaultCalendarId(trx: TenantTransaction): Promise<BusinessCalendarId | null> {
  const row = await trx.selectFrom('tenant_setting').select('business_calendar_id').executeTakeFirst();
  return row?.business_calendar_id ?? null;
}

/** Null: the tenant has no calendar of its own. */
export async function setDefaultCalendar(
  trx: TenantTransaction,
  tenantId: TenantId,
  id: BusinessCalendarId | null,
): Promise<void> {
  await trx
    .insertInto('tenant_setting')
    .values({ tenant_id: tenantId, approval_policy_id: null, business_calendar_id: id })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet({ business_calendar_id: id }))
    .execute();
}

async function insertExceptions(
  trx: TenantTransaction,
  { id, tenantId, exceptions }: Pick<Writing, 'id' | 'tenantId'> & { exceptions: readonly NamedException[] },
): Promise<void> {
  if (exceptions.length === 0) return;
  await trx
    .insertInto('business_calendar_exception')
    .values(
      exceptions.map((exception) => ({
        tenant_id: tenantId,
        calendar_id: id,
        date: exception.date,
        kind: exception.kind,
        name: exception.name,
        intervals: exception.kind === 'hours' ? JSON.stringify(exception.intervals) : null,
      })),
    )
    .execute();
}

function columnsOf({ name, timeZone, week, country, region, holidayTypes }: BusinessCalendarContent) {
  return {
    name,
    time_zone: timeZone,
    week: JSON.stringify(week),
    country,
    region,
    holiday_types: JSON.stringify(holidayTypes),
  };
}

const isDefault = sql<boolean>`exists (select from tenant_setting where business_calendar_id = business_calendar.id)`;

function calendarRows(trx: TenantTransaction) {
  return trx
    .selectFrom('business_calendar')
    .select(['id', 'name', 'time_zone', 'week', 'country', 'region', 'holiday_types', 'version'])
    .select(['created_at', 'updated_at', isDefault.as('is_default')])
    .select((eb) =>
      jsonArray<StoredException>(
        eb
          .selectFrom('business_calendar_exception')
          .whereRef('calendar_id', '=', 'business_calendar.id')
          .select(['date', 'kind', 'name', 'intervals'])
          .orderBy('date'),
      ).as('exceptions'),
    );
}

interface StoredException {
  readonly date: LocalDate;
  readonly kind: CalendarException['kind'];
  readonly name: string | null;
  readonly intervals: readonly Interval[] | null;
}

function jsonArray<Row>(query: Expression<unknown>) {
  return sql<Row[]>`(select coalesce(json_agg(item), '[]') from ${query} as item)`;
}

function rowOf(
  row: Awaited<ReturnType<ReturnType<typeof calendarRows>['executeTakeFirstOrThrow']>>,
): BusinessCalendarRow {
  return {
    id: row.id,
    name: row.name,
    timeZone: row.time_zone,
    week: row.week,
    country: row.country,
    region: row.region,
    holidayTypes: row.holiday_types,
    exceptions: row.exceptions.map(exceptionOf),
    isDefault: row.is_default,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function exceptionOf({ date, kind, name, intervals }: StoredException): NamedException {
  return kind === 'hours' ? { date, kind, name, intervals: intervals ?? [] } : { date, kind, name };
}

async function standardRules(trx: TenantTransaction): Promise<BusinessCalendarRules> {
  const { time_zone } = await trx.selectFrom('tenant').select('time_zone').executeTakeFirstOrThrow();
  return { timeZone: time_zone, week: standardWeek, exceptions: [] };
}

const workday = [{ from: 9 * 60, to: 18 * 60 }];
const standardWeek: Week = {
  monday: workday,
  tuesday: workday,
  wednesday: workday,
  thursday: workday,
  friday: workday,
  saturday: [],
  sunday: [],
};
