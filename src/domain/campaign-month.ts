import { Temporal } from 'temporal-polyfill';
import type { Instant } from './ids.ts';

/** The calendar month that an instant belongs to, in the tenant's zone: `2026-11`. */
export function monthOf(instant: Instant, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(instant)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .toPlainYearMonth()
    .toString();
}
