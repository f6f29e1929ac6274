import { Temporal } from 'temporal-polyfill';
import type { Instant } from './ids.ts';

/** Minutes since local midnight, 0 to 1440. */
export type MinuteOfDay = number;
/** A date without a zone: `2026-12-25`. */
export type LocalDate = string;

/** Open from `from` until just before `to`, by the clock on the wall. */
export interface Interval {
  readonly from: MinuteOfDay;
  readonly to: MinuteOfDay;
}

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof weekdays)[number];

/** The hours of every weekday: in order, not overlapping; none: closed. */
export type Week = Readonly<Record<Weekday, readonly Interval[]>>;

/** A date that is not as its weekday or its holiday says: `worked` is a holiday with its weekday's hours after all. */
export type CalendarException =
  | { readonly date: LocalDate; readonly kind: 'closed' | 'worked' }
  | { readonly date: LocalDate; readonly kind: 'hours'; readonly intervals: readonly Interval[] };

/** A calendar as its author wrote it, without the holidays of any year. */
export interface BusinessCalendarRules {
  /** IANA name. */
  readonly timeZone: string;
  readonly week: Week;
  /** Each date at most once. */
  readonly exceptions: readonly CalendarException[];
}

/** A day that closes business, or from noon on for example. */
export interface Holiday {
  readonly date: LocalDate;
  readonly from: MinuteOfDay;
}

/**
 * When business is done. It holds for the years whose holidays have been merged in (`withHolidays`); in others only
 * the week and the exceptions count.
 */
export interface BusinessCalendar {
  readonly timeZone: string;
  readonly week: Week;
  /** The hours of every date that has other hours than its weekday; none: closed. */
  readonly dates: ReadonlyMap<LocalDate, readonly Interval[]>;
}

/** Merges holidays into a calendar. What its author says about a date counts more than a holiday. */
export function withHolidays(
  { timeZone, week, exceptions }: BusinessCalendarRules,
  holidays: readonly Holiday[],
): BusinessCalendar {
  const dates = new Map<LocalDate, readonly Interval[]>();
  for (const { date, from } of holidays) {
    const hours = dates.get(date) ?? week[weekdayOf(epochDay(date))];
    dates.set(date, closedFrom(hours, from));
  }
  for (const exception of exceptions) {
    switch (exception.kind) {
      case 'worked':
        dates.delete(exception.date);
        break;
      case 'closed':
        dates.set(exception.date, []);
        break;
      case 'hours':
        dates.set(exception.date, exception.intervals);
    }
  }
  return { timeZone, week, dates };
}

/** How far ahead business time is looked for: three years. */
export const horizonMs = 3 * 366 * 86_400_000;

/**
 * Business time between two instants, in milliseconds; negative if `to` comes first.
 *
 * Hours are those of the clock on the wall, and what counts is the time that really passes while the wall shows them:
 * where clocks go forward, the skipped hour is not there; where they go back, the repeated hour counts twice.
 */
export function businessMsBetween(calendar: BusinessCalendar, from: Instant, to: Instant): number {
  if (to < from) return 0 - businessMsBetween(calendar, to, from);
  let passed = 0;
  for (const span of openSpans(calendar, from, to)) passed += span.to - span.from;
  return passed;
}

/**
 * The first instant by which so many minutes of business time have passed, counted as `businessMsBetween` counts. It
 * is `from` itself for no minutes, and the end of business for as many minutes as are left of the day. Null when there
 * are not so many within three years.
 */
export function afterBusinessMinutes(calendar: BusinessCalendar, from: Instant, minutes: number): Instant | null {
  if (!(minutes >= 0)) throw new RangeError('business time is counted forward');
  let left = minutes * minuteMs;
  if (left === 0) return from;
  for (const span of openSpans(calendar, from, from + horizonMs)) {
    const length = span.to - span.from;
    if (left <= length) return span.from + left;
    left -= length;
  }
  return null;
}

/** The zone's own spelling of its IANA name; null for what is no such name. Offsets such as `+02:00` are none. */
export function timeZoneNamed(name: string): string | null {
  if (!/^[a-z]/i.test(name)) return null;
  try {
    return new Temporal.ZonedDateTime(0n, name).timeZoneId;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * The spans of business time within two instants, in order. Between two changes of the clock local time is the instant
 * plus an offset, so days are walked there; whatever a change skips or repeats falls out of it.
 */
function* openSpans(calendar: BusinessCalendar, from: Instant, to: Instant): Generator<Span> {
  for (const steady of steadySpans(calendar.timeZone, from, to)) {
    const { offsetMs } = steady;
    const last = Math.floor((steady.to - 1 + offsetMs) / dayMs);
    for (let day = Math.floor((steady.from + offsetMs) / dayMs); day <= last; day += 1) {
      const midnight = day * dayMs - offsetMs;
      for (const interval of hoursOn(calendar, day)) {
        const opens = Math.max(midnight + interval.from * minuteMs, steady.from);
        const closes = Math.min(midnight + interval.to * minuteMs, steady.to);
        if (opens < closes) yield { from: opens, to: closes };
      }
    }
  }
}

/** Cuts the time between two instants where the zone changes its clocks. */
function* steadySpans(timeZone: string, from: Instant, to: Instant): Generator<Span & { readonly offsetMs: number }> {
  let local = Temporal.Instant.fromEpochMilliseconds(Math.floor(from)).toZonedDateTimeISO(timeZone);
  let start = from;
  while (start < to) {
    const change = local.getTimeZoneTransition('next');
    const end = Math.min(change?.epochMilliseconds ?? to, to);
    yield { from: start, to: end, offsetMs: local.offsetNanoseconds / 1e6 };
    if (change === null) return;
    [local, start] = [change, end];
  }
}

function hoursOn({ week, dates }: BusinessCalendar, day: number): readonly Interval[] {
  return (dates.size === 0 ? undefined : dates.get(localDate(day))) ?? week[weekdayOf(day)];
}

function closedFrom(hours: readonly Interval[], minute: MinuteOfDay): readonly Interval[] {
  return hours.filter((interval) => interval.from < minute).map(({ from, to }) => ({ from, to: Math.min(to, minute) }));
}

/** Days since the first of January 1970, which was a Thursday. */
function epochDay(date: LocalDate): number {
  return Date.parse(date) / dayMs;
}

function localDate(day: number): LocalDate {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

function weekdayOf(day: number): Weekday {
  return weekdays[(((day + 3) % 7) + 7) % 7] ?? 'monday';
}
