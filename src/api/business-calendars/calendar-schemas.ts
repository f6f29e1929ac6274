import { z } from 'zod';
import { timeZoneNamed } from '../../domain/business-calendar.ts';
import type { BusinessCalendarId } from '../../domain/ids.ts';
import { holidayTypes, unknownPart } from '../../platform/public-holidays.ts';
import { id } from '../schemas.ts';
import { hours, week } from './hours-schema.ts';

const maxNameLength = 100;
const maxExceptions = 500;
/** Years for which holidays can be told, and dates that Postgres takes. */
const years = { first: 2000, last: 2199 };

export const calendarId = id<BusinessCalendarId>('The business calendar.');
export const calendarParams = z.strictObject({ calendarId });

const name = z.string().trim().min(1).max(maxNameLength);
const calendarName = name.meta({ description: 'As people call it; one calendar per name.', example: 'Sede di Como' });

const timeZone = z
  .string()
  .max(100)
  .transform((text, ctx) => {
    const known = timeZoneNamed(text);
    if (known !== null) return known;
    ctx.issues.push({ code: 'custom', input: text, message: 'is not an IANA time zone', params: { rule: 'known' } });
    return z.NEVER;
  })
  .meta({ description: 'IANA name of the zone whose clocks count.', example: 'Europe/Rome' });

const holidays = z
  .strictObject({
    country: z.string().length(2).meta({ description: 'ISO 3166-1, of `GET /v1/holiday-regions`.', example: 'IT' }),
    region: z
      .string()
      .max(20)
      .nullable()
      .default(null)
      .meta({ description: 'A part of the country, as listed there; null: what is common to all.', example: '32' }),
    types: z
      .array(z.enum(holidayTypes))
      .min(1)
      .refine((types) => new Set(types).size === types.length, {
        error: 'names a type twice',
        params: { rule: 'unique' },
      })
      .default(['public'])
      .meta({ description: 'Which holidays close: `public`, `bank`, or both.' }),
  })
  .superRefine((place, ctx) => {
    const unknown = unknownPart(place);
    if (unknown === null) return;
    const message = `is not a ${unknown} whose holidays are known`;
    ctx.addIssue({ code: 'custom', path: [unknown], message, params: { rule: 'known' } });
  })
  .nullable()
  .meta({ description: 'Whose holidays close the business; null: none but the exceptions.' });

const date = z.iso
  .date()
  .refine((text) => isYearKnown(Number(text.slice(0, 4))), {
    error: `is not within the years ${years.first} to ${years.last}`,
    params: { rule: 'range' },
  })
  .meta({ description: 'A date by the clocks of the calendar’s zone.', example: '2026-12-07' });

const exceptionName = name
  .nullable()
  .default(null)
  .meta({ description: 'What people call the day.', example: 'Sant’Ambrogio' });

const ownHours = hours.refine((intervals) => intervals.length > 0, {
  error: 'are none: a day without hours is `closed`',
  params: { rule: 'required' },
});

const exceptions = z
  .array(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('closed'), date, name: exceptionName }),
      z.strictObject({ kind: z.literal('worked'), date, name: exceptionName }),
      z.strictObject({ kind: z.literal('hours'), date, name: exceptionName, intervals: ownHours }),
    ]),
  )
  .max(maxExceptions)
  .superRefine((list, ctx) => {
    const seen = new Set<string>();
    for (const [index, exception] of list.entries()) {
      if (seen.has(exception.date)) {
        const message = 'has an exception already';
        ctx.addIssue({ code: 'custom', path: [index, 'date'], message, params: { rule: 'unique' } });
      }
      seen.add(exception.date);
    }
  })
  .transform((list) => list.toSorted((a, b) => a.date.localeCompare(b.date)))
  .meta({
    description:
      'Dates that are not as their weekday or their holiday says: `closed`; `worked`, a holiday with its weekday’s hours after all; `hours` of their own. Each date at most once.',
  });

export const newCalendarBody = z.strictObject({
  name: calendarName,
  timeZone,
  week,
  holidays: holidays.default(null),
  exceptions: exceptions.default([]),
});

export const changedCalendarBody = z
  .strictObject({
    name: calendarName.optional(),
    timeZone: timeZone.optional(),
    week: week.optional(),
    holidays: holidays.optional(),
    exceptions: exceptions.optional(),
  })
  .meta({ description: 'What is absent stays as it is; what is there takes the place of all of it.' });

export const defaultCalendarBody = z.strictObject({
  businessCalendarId: calendarId
    .nullable()
    .meta({ description: 'The calendar that counts where none is named; null: the standard hours.' }),
});

/** A year whose holidays are asked for. */
export const year = z.coerce
  .number()
  .int()
  .min(years.first)
  .max(years.last)
  .optional()
  .meta({ description: 'Whose holidays to tell; absent: the present one.', example: 2026 });

export function isYearKnown(year: number): boolean {
  return year >= years.first && year <= years.last;
}
