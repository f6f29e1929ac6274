import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type BusinessCalendar, type Week, weekdays, withHolidays } from '../../../src/domain/business-calendar.ts';
import { nextSlot } from '../../../src/domain/next-slot.ts';

const hours = [{ from: 9 * 60, to: 18 * 60 }];
const fiveDays = Object.fromEntries(weekdays.map((day, index) => [day, index < 5 ? hours : []])) as unknown as Week;
const never = Object.fromEntries(weekdays.map((day) => [day, []])) as unknown as Week;
const rome = (changes: Partial<BusinessCalendar> = {}): BusinessCalendar => ({
  timeZone: 'Europe/Rome',
  week: fiveDays,
  dates: new Map(),
  ...changes,
});

const offered = (calendar: BusinessCalendar, missed: string, now: string): string =>
  new Date(nextSlot(calendar, Date.parse(missed), Date.parse(now))).toISOString();

describe('the slot that is offered for a missed one', () => {
  it.each([
    ['on the next day', '2026-11-24T08:30Z', '2026-11-24T09:15Z', '2026-11-25T08:30:00.000Z'],
    ['on Monday, after a Friday', '2026-11-27T08:30Z', '2026-11-27T09:15Z', '2026-11-30T08:30:00.000Z'],
    ['today, if its time still lies ahead', '2026-11-20T17:00Z', '2026-11-24T09:15Z', '2026-11-24T17:00:00.000Z'],
    ['not within the quarter of an hour', '2026-11-20T09:29Z', '2026-11-24T09:15Z', '2026-11-25T09:29:00.000Z'],
    ['in the evening, on a day of business', '2026-11-24T20:30Z', '2026-11-24T21:00Z', '2026-11-25T20:30:00.000Z'],
    ['by the clock on the wall, over a change', '2026-10-23T07:30Z', '2026-10-23T08:00Z', '2026-10-26T08:30:00.000Z'],
  ])('has the same time of day, %s', (_when, missed, now, expected) => {
    expect(offered(rome(), missed, now)).toBe(expected);
  });

  it('skips holidays and closed dates, and takes days that are worked after all', () => {
    const calendar = withHolidays(
      { timeZone: 'Europe/Rome', week: fiveDays, exceptions: [{ date: '2026-12-09', kind: 'closed' }] },
      [{ date: '2026-12-08', from: 0 }],
    );
    expect(offered(calendar, '2026-12-07T08:30Z', '2026-12-07T09:00Z')).toBe('2026-12-10T08:30:00.000Z');
    const saturday = rome({ dates: new Map([['2026-12-12', hours]]) });
    expect(offered(saturday, '2026-12-11T08:30Z', '2026-12-11T09:00Z')).toBe('2026-12-12T08:30:00.000Z');
  });

  it('comes as much later where clocks skip it', () => {
    const sundays = rome({ week: { ...fiveDays, sunday: hours } });
    // 02:30 is not there on the 28th of March 2027.
    expect(offered(sundays, '2027-03-26T01:30Z', '2027-03-27T09:00Z')).toBe('2027-03-28T01:30:00.000Z');
  });

  it('is on the next day where no business is ever done', () => {
    expect(offered(rome({ week: never }), '2026-11-27T08:30Z', '2026-11-27T09:00Z')).toBe('2026-11-28T08:30:00.000Z');
  });
});

test('it always lies ahead, on a day of business, at the same time of day, and no earlier one does', () => {
  const instant = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2029, 0) });
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Rome', timeStyle: 'medium' });
  const weekday = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Rome', weekday: 'short' });
  fc.assert(
    fc.property(instant, fc.integer({ min: 0, max: 10 * 86_400_000 }), (missed, later) => {
      const now = missed + later;
      const slot = nextSlot(rome(), missed, now);
      expect(slot).toBeGreaterThan(now);
      expect(slot - now).toBeLessThan(4 * 86_400_000);
      expect(clock.format(slot)).toBe(clock.format(missed));
      expect(['Sat', 'Sun']).not.toContain(weekday.format(slot));
    }),
  );
});
