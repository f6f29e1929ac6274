import { appendEvents } from '../../db/event.ts';
import type { EventKind } from '../../domain/event.ts';
import type { BusinessCalendarId } from '../../domain/ids.ts';
import type { HandleContext } from '../route-context.ts';

/** Appends what the caller has done to a calendar to the log. */
export async function recordChange(
  { trx, caller, now }: Pick<HandleContext<unknown, unknown, unknown, never>, 'trx' | 'caller' | 'now'>,
  kind: Extract<EventKind, `business_calendar.${string}`>,
  { id, ...data }: { id: BusinessCalendarId; version?: number; isDefault?: boolean },
): Promise<void> {
  await appendEvents(trx, [
    {
      tenantId: caller.tenantId,
      at: now,
      kind,
      entity: 'business_calendar',
      entityId: id,
      actor: { kind: 'user', id: caller.userId },
      data,
    },
  ]);
}
