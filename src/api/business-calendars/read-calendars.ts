import { z } from 'zod';
import { type CalendarPosition, selectBusinessCalendar, selectBusinessCalendars } from '../../db/business-calendar.ts';
import { defineRoute } from '../define-route.ts';
import { cursorCodec, cursorText, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { calendarParams, year } from './calendar-schemas.ts';
import { answerCalendar, calendarView, calendarWithHolidays, presentCalendar } from './calendar-view.ts';

const codec = cursorCodec<CalendarPosition>('business-calendars', z.tuple([cursorText, z.uuid()]));

export const listCalendars = defineRoute({
  method: 'get',
  path: '/v1/business-calendars',
  tag: 'Business calendars',
  summary: 'List the business calendars',
  description:
    'By name. Where a limit names no calendar, the default counts; without a default, Monday to Friday, 9:00 to 18:00 in the tenant’s time zone, holidays or not.',
  permission: 'calendar.read',
  query: z.strictObject({ ...pageQuery }),
  answer: { status: 200, schema: pageOf(calendarView), description: 'A page of calendars.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, query: { limit, cursor } }) => {
    const rows = await selectBusinessCalendars(trx, { after: codec.decode(cursor), limit });
    const positionOf = ({ name, id }: (typeof rows)[number]) => [name, id] as const;
    return answer(pageFrom(rows, limit, { codec, positionOf, present: presentCalendar }));
  },
});

export const readCalendar = defineRoute({
  method: 'get',
  path: '/v1/business-calendars/{calendarId}',
  tag: 'Business calendars',
  summary: 'Read a business calendar',
  description: 'A calendar with the holidays of one year, named in your language where it is known.',
  permission: 'calendar.read',
  params: calendarParams,
  query: z.strictObject({ year }),
  answer: {
    status: 200,
    schema: calendarWithHolidays,
    description: 'The calendar.',
    headers: { etag: 'Its version, for `If-Match`.' },
  },
  refusals: {},
  audit: null,
  handle: async ({ trx, caller, params, query, now, refuse }) => {
    const row = await selectBusinessCalendar(trx, params.calendarId);
    if (row === null) throw refuse('not_found');
    return answerCalendar(row, { year: query.year ?? now.getUTCFullYear(), locale: caller.locale });
  },
});
