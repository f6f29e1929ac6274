import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import {
  type BusinessCalendarContent,
  type BusinessCalendarRow,
  lockBusinessCalendar,
  updateBusinessCalendar,
} from '../../db/business-calendar.ts';
import { defineRoute } from '../define-route.ts';
import { nameTaken } from './calendar-problems.ts';
import { calendarParams, changedCalendarBody } from './calendar-schemas.ts';
import { answerCalendar, calendarWithHolidays } from './calendar-view.ts';
import { placeOf } from './create-calendar.ts';
import { recordChange } from './record-change.ts';

export const editCalendar = defineRoute({
  method: 'patch',
  path: '/v1/business-calendars/{calendarId}',
  tag: 'Business calendars',
  summary: 'Edit a business calendar',
  description:
    'Changes what the body names, the exceptions all at once. Limits that begin later are counted on it as it is then; instants that have been set stay.',
  permission: 'calendar.write',
  params: calendarParams,
  body: changedCalendarBody,
  ifMatch: true,
  answer: {
    status: 200,
    schema: calendarWithHolidays,
    description: 'The calendar as it is now, with the holidays of the present year.',
    headers: { etag: 'Its version.' },
  },
  refusals: {},
  audit: 'business_calendar.changed',
  handle: async (ctx) => {
    const { trx, caller, params, body, now } = ctx;
    const row = await lockBusinessCalendar(trx, params.calendarId);
    if (row === null) throw ctx.refuse('not_found');
    ctx.requireVersion(row.version);

    const shown = { year: now.getUTCFullYear(), locale: caller.locale };
    const [before, content] = [contentOf(row), changed(contentOf(row), body)];
    if (isDeepStrictEqual(before, content)) return answerCalendar(row, shown);
    const updated = await updateBusinessCalendar(trx, { id: row.id, tenantId: caller.tenantId, content, now });
    if (!updated) throw ctx.invalid([nameTaken(content.name)]);
    const version = row.version + 1;
    await recordChange(ctx, 'business_calendar.changed', { id: row.id, version });
    return answerCalendar({ ...row, ...content, version, updatedAt: now }, shown);
  },
});

function contentOf(row: BusinessCalendarRow): BusinessCalendarContent {
  const { name, timeZone, week, country, region, holidayTypes, exceptions } = row;
  return { name, timeZone, week, country, region, holidayTypes, exceptions };
}

function changed(
  content: BusinessCalendarContent,
  { holidays, ...body }: z.output<typeof changedCalendarBody>,
): BusinessCalendarContent {
  return {
    ...content,
    ...(holidays === undefined ? {} : placeOf(holidays)),
    name: body.name ?? content.name,
    timeZone: body.timeZone ?? content.timeZone,
    week: body.week ?? content.week,
    exceptions: body.exceptions ?? content.exceptions,
  };
}
