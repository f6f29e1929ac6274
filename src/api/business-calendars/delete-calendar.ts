import { z } from 'zod';
import { deleteBusinessCalendar, lockBusinessCalendar } from '../../db/business-calendar.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { calendarInUse } from './calendar-problems.ts';
import { calendarParams } from './calendar-schemas.ts';
import { recordChange } from './record-change.ts';

export const removeCalendar = defineRoute({
  method: 'delete',
  path: '/v1/business-calendars/{calendarId}',
  tag: 'Business calendars',
  summary: 'Delete a business calendar',
  description: 'Deletes a calendar that nothing counts on: neither the default nor named by a policy.',
  permission: 'calendar.write',
  params: calendarParams,
  ifMatch: true,
  answer: { status: 204, schema: z.null(), description: 'The calendar is gone.' },
  refusals: calendarInUse,
  audit: 'business_calendar.deleted',
  handle: async (ctx) => {
    const { trx, params } = ctx;
    const row = await lockBusinessCalendar(trx, params.calendarId);
    if (row === null) throw ctx.refuse('not_found');
    ctx.requireVersion(row.version);
    const deleted = await deleteBusinessCalendar(trx, row.id);
    if (!deleted) {
      throw ctx.refuse('calendar_in_use', { extensions: { usedBy: row.isDefault ? 'default' : 'policy' } });
    }
    await recordChange(ctx, 'business_calendar.deleted', { id: row.id, version: row.version });
    return answer(null);
  },
});
