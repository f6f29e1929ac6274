import { z } from 'zod';
import { type Interval, type MinuteOfDay, type Week, weekdays } from '../../domain/business-calendar.ts';

const maxIntervals = 24;

const timeOfDay = (what: string, example: string) =>
  z
    .string()
    .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/)
    .transform((text): MinuteOfDay => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))
    .meta({ description: what, example });

const interval = z.strictObject({
  from: timeOfDay('When business begins, by the clock on the wall.', '09:00'),
  to: timeOfDay('When it ends; `24:00` is the end of the day.', '13:00'),
});

/** The hours of one day. They may come in any order. */
export const hours = z
  .array(interval)
  .max(maxIntervals)
  .superRefine((intervals, ctx) => {
    for (const [index, { rule, at, detail }] of faultsOf(intervals)) {
      ctx.addIssue({ code: 'custom', path: [index, at], message: detail, params: { rule } });
    }
  })
  .transform((intervals): readonly Interval[] => intervals.toSorted((a, b) => a.from - b.from));

const day = (weekday: string) => hours.default([]).meta({ description: `${weekday}; absent or empty: closed.` });

export const week = z
  .strictObject({
    monday: day('Mondays'),
    tuesday: day('Tuesdays'),
    wednesday: day('Wednesdays'),
    thursday: day('Thursdays'),
    friday: day('Fridays'),
    saturday: day('Saturdays'),
    sunday: day('Sundays'),
  })
  .refine((days) => weekdays.some((weekday) => days[weekday].length > 0), {
    error: 'has no hours at all',
    params: { rule: 'required' },
  })
  .meta({ description: 'The hours of every weekday, at least one. A day may have several intervals.' });

interface Fault {
  readonly rule: 'after' | 'overlap';
  readonly at: keyof Interval;
  readonly detail: string;
}

function faultsOf(intervals: readonly Interval[]): readonly (readonly [index: number, fault: Fault])[] {
  return intervals.flatMap((interval, index): [number, Fault][] => {
    if (interval.to <= interval.from) return [[index, { rule: 'after', at: 'to', detail: 'is not after `from`' }]];
    const earlier = intervals.slice(0, index).some((other) => interval.from < other.to && other.from < interval.to);
    return earlier ? [[index, { rule: 'overlap', at: 'from', detail: 'overlaps another interval of the day' }]] : [];
  });
}

const shownTime = (what: string, example: string) => z.string().meta({ description: what, example });

export const hoursView = z.array(
  z
    .object({
      from: shownTime('When business begins.', '09:00'),
      to: shownTime('When it ends; `24:00` is the end of the day.', '13:00'),
    })
    .meta({ id: 'BusinessHours', description: 'An interval, by the clock on the wall.' }),
);

export const weekView = z
  .object({
    monday: hoursView,
    tuesday: hoursView,
    wednesday: hoursView,
    thursday: hoursView,
    friday: hoursView,
    saturday: hoursView,
    sunday: hoursView,
  })
  .meta({ id: 'BusinessWeek', description: 'The hours of every weekday, in order; empty: closed.' });

export function presentWeek(stored: Week): z.input<typeof weekView> {
  const { monday, tuesday, wednesday, thursday, friday, saturday, sunday } = stored;
  return {
    monday: presentHours(monday),
    tuesday: presentHours(tuesday),
    wednesday: presentHours(wednesday),
    thursday: presentHours(thursday),
    friday: presentHours(friday),
    saturday: presentHours(saturday),
    sunday: presentHours(sunday),
  };
}

export function presentHours(intervals: readonly Interval[]): z.input<typeof hoursView> {
  return intervals.map(({ from, to }) => ({ from: presentTime(from), to: presentTime(to) }));
}

/** 570 → `09:30`. */
export function presentTime(minute: MinuteOfDay): string {
  const twoDigits = (number: number) => String(number).padStart(2, '0');
  return `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`;
}
