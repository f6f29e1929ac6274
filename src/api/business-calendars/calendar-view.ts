import { z } from 'zod';
import type { BusinessCalendarRow, NamedException } from '../../db/business-calendar.ts';
import { holidayTypes, type PublicHoliday, publicHolidays } from '../../platform/public-holidays.ts';
import { entityTag } from '../entity-tag.ts';
import { answer } from '../route-context.ts';
import { instantView } from '../schemas.ts';
import { calendarId } from './calendar-schemas.ts';
import { hoursView, presentHours, presentTime, presentWeek, weekView } from './hours-schema.ts';

const exceptionView = z
  .object({
    date: z.string().meta({ description: 'By the clocks of the calendar’s zone.', example: '2026-12-07' }),
    kind: z.enum(['closed', 'worked', 'hours']).meta({
      description: '`worked`: a holiday with its weekday’s hours after all; `hours`: others of its own.',
    }),
    name: z.string().nullable().meta({ description: 'What people call the day.' }),
    intervals: hoursView.optional().meta({ description: 'With `hours` only.' }),
  })
  .meta({ id: 'CalendarException', description: 'A date that is not as its weekday or its holiday says.' });

const holidayPlaceView = z
  .object({
    country: z.string().meta({ description: 'ISO 3166-1.', example: 'IT' }),
    region: z.string().nullable().meta({ description: 'A part of it, of `GET /v1/holiday-regions`.' }),
    types: z.array(z.enum(holidayTypes)).meta({ description: 'Which of its holidays close.' }),
  })
  .meta({ id: 'HolidayPlace', description: 'Whose holidays close the business.' });

const calendarFields = {
  id: calendarId,
  name: z.string().meta({ description: 'As people call it.', example: 'Sede di Como' }),
  timeZone: z.string().meta({ description: 'IANA name.', example: 'Europe/Rome' }),
  week: weekView,
  holidays: holidayPlaceView.nullable().meta({ description: 'Null: none but the exceptions.' }),
  exceptions: z.array(exceptionView).meta({ description: 'By date.' }),
  isDefault: z.boolean().meta({ description: 'Whether it counts where no calendar is named.' }),
  version: z.int().meta({ description: 'Rises with every change of the calendar itself.' }),
  createdAt: instantView('When it was made.'),
  updatedAt: instantView('When it was last changed.'),
};

export const calendarView = z
  .object(calendarFields)
  .meta({ id: 'BusinessCalendar', description: 'When the tenant, or a part of it, works.' });

const holidayView = z
  .object({
    date: z.string().meta({ description: 'By the clocks of the calendar’s zone.', example: '2026-12-08' }),
    name: z.string().meta({ description: 'In the reader’s language where it is known.' }),
    type: z.enum(holidayTypes).meta({ description: 'What kind of holiday it is.' }),
    closedFrom: z.string().meta({ description: '`00:00`, or later where half a day is worked.', example: '00:00' }),
    overruled: z.boolean().meta({ description: 'Whether an exception of the calendar says otherwise.' }),
  })
  .meta({ id: 'CalendarHoliday', description: 'A holiday of the country or region.' });

export const calendarWithHolidays = z
  .object({
    ...calendarFields,
    year: z.int().meta({ description: 'The year whose holidays are told.', example: 2026 }),
    yearHolidays: z.array(holidayView).meta({ description: 'They close the business, in order.' }),
  })
  .meta({ id: 'BusinessCalendarWithHolidays', description: 'A business calendar with the holidays of one year.' });

export function presentCalendar(row: BusinessCalendarRow): z.input<typeof calendarView> {
  const { id, name, timeZone, country, region, holidayTypes: types, isDefault, version } = row;
  return {
    id,
    name,
    timeZone,
    week: presentWeek(row.week),
    holidays: country === null ? null : { country, region, types: [...types] },
    exceptions: row.exceptions.map(presentException),
    isDefault,
    version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** With the holidays of one year in the reader's language, and its version as entity tag. */
export function answerCalendar(row: BusinessCalendarRow, { year, locale }: { year: number; locale: string }) {
  const { country, region, holidayTypes: types } = row;
  const holidays = country === null ? [] : publicHolidays({ country, region }, { year, types, locale });
  const overruled = new Set(row.exceptions.map(({ date }) => date));
  const yearHolidays = holidays.map((holiday) => presentHoliday(holiday, overruled.has(holiday.date)));
  return answer({ ...presentCalendar(row), year, yearHolidays }, { etag: entityTag(row.version) });
}

function presentException(exception: NamedException): z.input<typeof exceptionView> {
  const { date, kind, name } = exception;
  return exception.kind === 'hours'
    ? { date, kind, name, intervals: presentHours(exception.intervals) }
    : { date, kind, name };
}

function presentHoliday({ date, name, type, from }: PublicHoliday, overruled: boolean): z.input<typeof holidayView> {
  return { date, name, type, closedFrom: presentTime(from), overruled };
}
