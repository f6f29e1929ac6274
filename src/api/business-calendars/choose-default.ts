import { z } from 'zod';
import { selectBusinessCalendar, selectDefaultCalendarId, setDefaultCalendar } from '../../db/business-calendar.ts';
import type { BusinessCalendarId } from '../../domain/ids.ts';
import { defineRoute } from '../define-route.ts';
import { answer, type HandleContext } from '../route-context.ts';
import { calendarId, defaultCalendarBody } from './calendar-schemas.ts';
import { recordChange } from './record-change.ts';

export const chooseDefaultCalendar = defineRoute({
  method: 'put',
  path: '/v1/business-calendars/default',
  tag: 'Business calendars',
  summary: 'Choose the default calendar',
  description:
    'The calendar that counts where a limit names none. Null takes the choice back: then Monday to Friday, 9:00 to 18:00 in the tenant’s time zone count, holidays or not. Recorded for the calendar that becomes the default and for the one that was.',
  permission: 'calendar.write',
  body: defaultCalendarBody,
  answer: {
    status: 200,
    schema: z.object({ businessCalendarId: calendarId.nullable() }).meta({
      id: 'DefaultBusinessCalendar',
      description: 'The calendar that counts where none is named; null: the standard hours.',
    }),
    description: 'The choice.',
  },
  refusals: {},
  audit: 'business_calendar.changed',
  handle: async (ctx) => {
    const { trx, caller, body } = ctx;
    const chosen = body.businessCalendarId;
    if (chosen !== null && (await selectBusinessCalendar(trx, chosen)) === null) throw ctx.invalid([unknown(chosen)]);
    const former = await selectDefaultCalendarId(trx);
    if (chosen !== former) {
      await setDefaultCalendar(trx, caller.tenantId, chosen);
      await recordChoice(ctx, { former, chosen });
    }
    return answer({ businessCalendarId: chosen });
  },
});

function unknown(id: BusinessCalendarId) {
  const detail = 'is not a calendar of this tenant';
  return { pointer: '/businessCalendarId', rule: 'exists', limit: null, value: id, detail };
}

async function recordChoice(
  ctx: Pick<HandleContext<unknown, unknown, unknown, never>, 'trx' | 'caller' | 'now'>,
  { former, chosen }: Record<'former' | 'chosen', BusinessCalendarId | null>,
): Promise<void> {
  if (former !== null) await recordChange(ctx, 'business_calendar.changed', { id: former, isDefault: false });
  if (chosen !== null) await recordChange(ctx, 'business_calendar.changed', { id: chosen, isDefault: true });
}
