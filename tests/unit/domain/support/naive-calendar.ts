import { type BusinessCalendar, weekdays } from '../../../../src/domain/business-calendar.ts';

const minuteMs = 60_000;

/** Reads the clock on the wall at every minute: whatever it shows, that minute is business or it is not. */
export function naiveMinutesBetween(calendar: BusinessCalendar, from: number, minutes: number): number {
  const isOpen = doorOf(calendar);
  let open = 0;
  for (let minute = 0; minute < minutes; minute += 1) if (isOpen(from + minute * minuteMs)) open += 1;
  return open;
}

/** The end of the minute of business that completes so many; null when that takes longer than `within` minutes. */
export function naiveMinutesAfter(
  calendar: BusinessCalendar,
  from: number,
  { minutes, within }: { minutes: number; within: number },
): number | null {
  const isOpen = doorOf(calendar);
  let open = 0;
  for (let minute = 0; minute < within; minute += 1) {
    if (isOpen(from + minute * minuteMs)) open += 1;
    if (open === minutes) return from + (minute + 1) * minuteMs;
  }
  return null;
}

function doorOf({ timeZone, week, dates }: BusinessCalendar): (instant: number) => boolean {
  const wall = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return (instant) => {
    // `2026-03-29, 01:59`
    const [date = '', time = ''] = wall.format(instant).split(', ');
    const weekday = weekdays[(new Date(date).getUTCDay() + 6) % 7] ?? 'monday';
    const minute = Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
    return (dates.get(date) ?? week[weekday]).some(({ from, to }) => from <= minute && minute < to);
  };
}
