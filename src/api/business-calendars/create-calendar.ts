import {
  type BusinessCalendarContent,
  insertBusinessCalendar,
  selectBusinessCalendar,
} from '../../db/business-calendar.ts';
import type { BusinessCalendarId } from '../../domain/ids.ts';
import { newId } from '../../platform/new-id.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { nameTaken } from './calendar-problems.ts';
import { newCalendarBody } from './calendar-schemas.ts';
import { answerCalendar, calendarWithHolidays } from './calendar-view.ts';
import { recordChange } from './record-change.ts';

export const createCalendar = defineRoute({
  method: 'post',
  path: '/v1/business-calendars',
  tag: 'Business calendars',
  summary: 'Create a business calendar',
  description:
    'A week of hours in one time zone, the holidays of a country or region, and the dates that differ. Hours are those of the clock on the wall: what a change of the clocks skips is not there, and what it repeats counts twice. It becomes the default only when it is chosen.',
  permission: 'calendar.write',
  body: newCalendarBody,
  answer: {
    status: 201,
    schema: calendarWithHolidays,
    description: 'The calendar, with the holidays of the present year.',
    headers: { etag: 'Its version, for `If-Match`.', location: 'Its address.' },
  },
  refusals: {},
  audit: 'business_calendar.created',
  handle: async (ctx) => {
    const { trx, caller, body, now, invalid } = ctx;
    const id = newId<BusinessCalendarId>();
    const { holidays, ...rest } = body;
    const content = { ...rest, ...placeOf(holidays) };
    const inserted = await insertBusinessCalendar(trx, { id, tenantId: caller.tenantId, content, now });
    if (!inserted) throw invalid([nameTaken(body.name)]);
    await recordChange(ctx, 'business_calendar.created', { id, version: 1 });
    const row = await selectBusinessCalendar(trx, id);
    if (row === null) throw new Error('a calendar that was written is not there');
    const { body: view, headers } = answerCalendar(row, { year: now.getUTCFullYear(), locale: caller.locale });
    return answer(view, { ...headers, location: `/v1/business-calendars/${id}` });
  },
});

type Place = Pick<BusinessCalendarContent, 'country' | 'region' | 'holidayTypes'>;

/** The columns in which whose holidays count is kept. */
export function placeOf(
  holidays: { country: string; region: string | null; types: Place['holidayTypes'] } | null,
): Place {
  if (holidays === null) return { country: null, region: null, holidayTypes: [] };
  const { country, region, types } = holidays;
  return { country, region, holidayTypes: types };
}
