import { Temporal } from 'temporal-polyfill';
import { type BusinessCalendar, businessMsBetween } from './business-calendar.ts';
import type { Instant } from './ids.ts';

/** As much time as uploads and containers are made ahead: an instant that comes sooner is none to offer. */
const leadMs = 15 * 60_000;
/** A calendar that is closed for so long is no guide. */
const farthestDays = 60;

/**
 * The instant to offer for a slot that was missed: the same time by the clock on the calendar's wall, on the first day
 * on which business is done at all and on which that instant still lies ahead. The time itself may be out of hours:
 * evenings are when people read. Where clocks skip it, it is as much later; without a day of business in sixty, the
 * next day has to do.
 */
export function nextSlot(calendar: BusinessCalendar, missed: Instant, now: Instant): Instant {
  const { timeZone } = calendar;
  const timeOfDay = zoned(missed, timeZone).toPlainTime();
  const today = zoned(now, timeZone).toPlainDate();
  const offers = Array.from({ length: farthestDays }, (_, days) => today.add({ days }))
    .map((date) => ({ date, instant: date.toZonedDateTime({ timeZone, plainTime: timeOfDay }).epochMilliseconds }))
    .filter(({ instant }) => instant >= now + leadMs);
  const chosen = offers.find(({ date }) => isWorked(calendar, date)) ?? offers[0];
  if (chosen === undefined) throw new Error('sixty days hold an instant that lies ahead');
  return chosen.instant;
}

function zoned(instant: Instant, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone);
}

function isWorked(calendar: BusinessCalendar, date: Temporal.PlainDate): boolean {
  const startOf = (day: Temporal.PlainDate) => day.toZonedDateTime(calendar.timeZone).epochMilliseconds;
  return businessMsBetween(calendar, startOf(date), startOf(date.add({ days: 1 }))) > 0;
}
