import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { calendarAround, selectBusinessCalendar } from '../../db/business-calendar.ts';
import { afterBusinessMinutes } from '../../domain/business-calendar.ts';
import { languageOf } from '../../platform/language.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { instant, instantView } from '../schemas.ts';
import { calendarParams, isYearKnown } from './calendar-schemas.ts';

const maxMinutes = 1_000_000;

const deadline = z
  .object({
    from: instantView('From when it was counted.'),
    minutes: z.int().meta({ description: 'How many minutes of business time.', example: 480 }),
    deadlineAt: instantView('The first instant by which they have passed; null: not within three years.').nullable(),
    local: z
      .object({
        timeZone: z.string().meta({ description: 'The calendar’s zone.', example: 'Europe/Rome' }),
        at: z
          .string()
          .meta({ description: 'The same instant by the clocks there.', example: '2026-12-07T17:30:00+01:00' }),
        text: z.string().meta({ description: 'The same in words, in your language.' }),
      })
      .nullable()
      .meta({ description: 'As it is told there; null without a deadline.' }),
  })
  .meta({ id: 'Deadline', description: 'An instant after so many minutes of business time.' });

export const tryDeadline = defineRoute({
  method: 'get',
  path: '/v1/business-calendars/{calendarId}/deadline',
  tag: 'Business calendars',
  summary: 'Try out a deadline',
  description:
    'The instant after so many minutes of business time. As many as are left of the day end with it, not with the next morning.',
  permission: 'calendar.read',
  params: calendarParams,
  query: z.strictObject({
    from: instant('From when to count; absent: from now.')
      .refine((date) => isYearKnown(date.getUTCFullYear()), { error: 'is too far away', params: { rule: 'range' } })
      .optional(),
    minutes: z.coerce
      .number()
      .int()
      .min(0)
      .max(maxMinutes)
      .meta({ description: `How many minutes of business time, up to ${maxMinutes}.`, example: 480 }),
  }),
  answer: { status: 200, schema: deadline, description: 'The deadline.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, caller, params, query, now, refuse }) => {
    const row = await selectBusinessCalendar(trx, params.calendarId);
    if (row === null) throw refuse('not_found');
    const { from = now, minutes } = query;
    const at = afterBusinessMinutes(calendarAround(row, from), from.getTime(), minutes);
    return answer({
      from: from.toISOString(),
      minutes,
      deadlineAt: at === null ? null : new Date(at).toISOString(),
      local: at === null ? null : localView(at, row.timeZone, caller.locale),
    });
  },
});

function localView(at: number, timeZone: string, locale: string) {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  const words = new Intl.DateTimeFormat(languageOf(locale), { dateStyle: 'full', timeStyle: 'short', timeZone });
  return {
    timeZone,
    at: zoned.toString({ smallestUnit: 'second', timeZoneName: 'never' }),
    text: words.format(at),
  };
}
