import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  afterBusinessMinutes,
  type BusinessCalendar,
  businessMsBetween,
  type Interval,
  timeZoneNamed,
  type Week,
  weekdays,
  withHolidays,
} from '../../../src/domain/business-calendar.ts';
import { naiveMinutesAfter, naiveMinutesBetween } from './support/naive-calendar.ts';

/** Zones, each with instants around which its clocks, or its calendar, do something. */
const changes = {
  UTC: ['2026-03-29T00:00Z'],
  'Europe/Rome': ['2026-03-29T01:00Z', '2026-10-25T01:00Z'],
  'America/New_York': ['2026-03-08T07:00Z', '2026-11-01T06:00Z'],
  'Asia/Kolkata': ['2026-06-01T00:00Z'],
  'Pacific/Auckland': ['2026-04-04T14:00Z', '2026-09-26T14:00Z'],
  // Clocks went forward at midnight, and back from midnight into the day before.
  'America/Sao_Paulo': ['2018-11-04T03:00Z', '2019-02-17T02:00Z', '2026-06-01T00:00Z'],
  // Half an hour only.
  'Australia/Lord_Howe': ['2026-04-04T15:00Z', '2026-10-03T15:30Z'],
  // Back for Ramadan, and forward again.
  'Africa/Casablanca': ['2026-02-15T02:00Z', '2026-03-22T02:00Z'],
  // At one minute past midnight, so that a date came, went and came again.
  'America/St_Johns': ['2010-03-14T03:31Z', '2010-11-07T02:31Z'],
  // The thirtieth of December 2011 never was.
  'Pacific/Apia': ['2011-12-30T10:00Z'],
} as const satisfies Record<string, readonly string[]>;

describe('against a clock that is read minute by minute', () => {
  test.each(Object.keys(changes))('business time between two instants in %s', (timeZone) => {
    fc.assert(
      fc.property(calendarIn(timeZone), around(timeZone), duration, (calendar, from, minutes) => {
        const passed = businessMsBetween(calendar, from, from + minutes * minuteMs);
        expect(passed).toBe(naiveMinutesBetween(calendar, from, minutes) * minuteMs);
      }),
      { numRuns: 40 },
    );
  });

  test.each(Object.keys(changes))('the instant after so many minutes of business in %s', (timeZone) => {
    fc.assert(
      fc.property(calendarIn(timeZone), around(timeZone), fc.integer({ min: 1, max: 1_500 }), (calendar, from, n) => {
        const naive = naiveMinutesAfter(calendar, from, { minutes: n, within: longest });
        const after = afterBusinessMinutes(calendar, from, n);
        if (naive !== null) expect(after).toBe(naive);
        else expect(after ?? Number.POSITIVE_INFINITY).toBeGreaterThan(from + longest * minuteMs);
      }),
      { numRuns: 40 },
    );
  });
});

describe('for every calendar', () => {
  test('as many minutes lie before the instant after them', () => {
    fc.assert(
      fc.property(anyCalendar, fc.integer({ min: 0, max: 20_000 }), ({ calendar, from }, minutes) => {
        const after = afterBusinessMinutes(calendar, from, minutes);
        if (after !== null) expect(businessMsBetween(calendar, from, after)).toBe(minutes * minuteMs);
      }),
    );
  });

  test('nothing earlier would do', () => {
    fc.assert(
      fc.property(anyCalendar, fc.integer({ min: 1, max: 20_000 }), ({ calendar, from }, minutes) => {
        const after = afterBusinessMinutes(calendar, from, minutes);
        if (after !== null) expect(businessMsBetween(calendar, from, after - 1)).toBe(minutes * minuteMs - 1);
      }),
    );
  });

  test('time only ever adds up, and never faster than it passes', () => {
    fc.assert(
      fc.property(anyCalendar, fc.nat(weekMs), fc.nat(weekMs), ({ calendar, from }, first, second) => {
        const [middle, to] = [from + first, from + first + second];
        const [a, b] = [businessMsBetween(calendar, from, middle), businessMsBetween(calendar, middle, to)];
        expect(a + b).toBe(businessMsBetween(calendar, from, to));
        expect(b).toBeGreaterThanOrEqual(0);
        expect(b).toBeLessThanOrEqual(second);
        expect(businessMsBetween(calendar, to, from)).toBe(0 - a - b);
      }),
    );
  });

  test('who asks for more, or later, never gets an earlier instant', () => {
    fc.assert(
      fc.property(anyCalendar, minutesOfWork, minutesOfWork, fc.nat(weekMs), ({ calendar, from }, n, more, later) => {
        const instant = afterBusinessMinutes(calendar, from, n);
        if (instant === null) return;
        expect(afterBusinessMinutes(calendar, from, n + more) ?? instant).toBeGreaterThanOrEqual(instant);
        expect(afterBusinessMinutes(calendar, from + later, n) ?? instant).toBeGreaterThanOrEqual(instant);
      }),
    );
  });

  test('two waits in a row end when one of their sum does', () => {
    fc.assert(
      fc.property(anyCalendar, minutesOfWork, minutesOfWork, ({ calendar, from }, first, second) => {
        const middle = afterBusinessMinutes(calendar, from, first);
        const both = afterBusinessMinutes(calendar, from, first + second);
        if (middle !== null && both !== null) expect(afterBusinessMinutes(calendar, middle, second)).toBe(both);
      }),
    );
  });
});

describe('where clocks change', () => {
  const roundTheClock = [{ from: 0, to: 1_440 }];
  const early = [{ from: 60, to: 240 }];

  test.each([
    { day: 'in spring, 1:00 to 4:00 has two hours', from: '2026-03-28T23:00Z', hours: 2, each: early },
    { day: 'in autumn, 1:00 to 4:00 has four', from: '2026-10-24T22:00Z', hours: 4, each: early },
    { day: 'in spring the day has 23 hours', from: '2026-03-28T23:00Z', hours: 23, each: roundTheClock },
    { day: 'in autumn it has 25', from: '2026-10-24T22:00Z', hours: 25, each: roundTheClock },
    {
      day: 'the skipped hour itself is not there',
      from: '2026-03-28T23:00Z',
      hours: 0,
      each: [{ from: 120, to: 180 }],
    },
    { day: 'the repeated hour is there twice', from: '2026-10-24T22:00Z', hours: 2, each: [{ from: 120, to: 180 }] },
  ])('$day', ({ from, hours, each }) => {
    const calendar: BusinessCalendar = { ...rome, week: everyDay([]), dates: new Map([[sunday(from), each]]) };
    expect(businessMsBetween(calendar, Date.parse(from), Date.parse(from) + 26 * hourMs)).toBe(hours * hourMs);
  });

  const sunday = (from: string) => new Date(Date.parse(from) + 12 * hourMs).toISOString().slice(0, 10);
});

describe('a deadline', () => {
  test('of no minutes is the instant itself, also at night', () => {
    const night = Date.parse('2026-12-04T23:12:34.567Z');
    expect(afterBusinessMinutes(rome, night, 0)).toBe(night);
  });

  test('that uses up the day ends with it, not with the next morning', () => {
    expect(deadline('2026-12-04T16:00Z', 60)).toBe('2026-12-04T17:00:00.000Z');
    expect(deadline('2026-12-04T16:00Z', 61)).toBe('2026-12-07T08:01:00.000Z');
  });

  test('leaves out lunch, nights, Sundays and holidays', () => {
    const christmas = withHolidays({ ...rome, exceptions: [] }, [
      { date: '2026-12-24', from: 14 * 60 },
      { date: '2026-12-25', from: 0 },
      { date: '2026-12-25', from: 12 * 60 },
    ]);
    expect(deadline('2026-12-24T08:00Z', 4 * 60, christmas)).toBe('2026-12-24T12:00:00.000Z');
    expect(deadline('2026-12-24T08:00Z', 5 * 60, christmas)).toBe('2026-12-28T09:00:00.000Z');
  });

  test('is none where no business is done, or not enough of it in three years', () => {
    const closed: BusinessCalendar = { ...rome, week: everyDay([]) };
    const now = Date.parse('2026-12-04T16:00Z');
    expect(afterBusinessMinutes(closed, now, 1)).toBeNull();
    expect(afterBusinessMinutes({ ...closed, dates: new Map([['2028-12-04', workday]]) }, now, 480)).not.toBeNull();
    expect(afterBusinessMinutes({ ...closed, dates: new Map([['2030-12-04', workday]]) }, now, 480)).toBeNull();
    expect(afterBusinessMinutes(rome, now, 1e9)).toBeNull();
  });

  test('before the present cannot be asked for', () => {
    expect(() => afterBusinessMinutes(rome, 0, -1)).toThrow(RangeError);
    expect(() => afterBusinessMinutes(rome, 0, Number.NaN)).toThrow(RangeError);
  });

  const deadline = (from: string, minutes: number, calendar: BusinessCalendar = rome) =>
    new Date(afterBusinessMinutes(calendar, Date.parse(from), minutes) ?? Number.NaN).toISOString();
});

test('what the author says of a date counts more than its holiday', () => {
  const holidays = ['2026-12-07', '2026-12-08', '2026-12-09'].map((date) => ({ date, from: 0 }));
  const { dates } = withHolidays(
    {
      ...rome,
      exceptions: [
        { date: '2026-12-08', kind: 'worked' },
        { date: '2026-12-09', kind: 'hours', intervals: [{ from: 600, to: 660 }] },
        { date: '2026-12-10', kind: 'closed' },
      ],
    },
    holidays,
  );
  expect(Object.fromEntries(dates)).toEqual({
    '2026-12-07': [],
    '2026-12-09': [{ from: 600, to: 660 }],
    '2026-12-10': [],
  });
});

test.each([
  ['Europe/Rome', 'Europe/Rome'],
  ['europe/rome', 'Europe/Rome'],
  ['UTC', 'UTC'],
  ['Mars/Olympus', null],
  ['+02:00', null],
  ['', null],
])('the time zone %j is %j', (name, known) => {
  expect(timeZoneNamed(name)).toBe(known);
});

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const weekMs = 7 * 24 * hourMs;
/** As far as the naive clock is read: four days. */
const longest = 4 * 24 * 60;

const workday = [
  { from: 9 * 60, to: 13 * 60 },
  { from: 14 * 60, to: 18 * 60 },
];
const rome: BusinessCalendar = {
  timeZone: 'Europe/Rome',
  week: { ...everyDay(workday), saturday: [], sunday: [] },
  dates: new Map(),
};

function everyDay(intervals: readonly Interval[]): Week {
  return Object.fromEntries(weekdays.map((weekday) => [weekday, intervals])) as Week;
}

/** Up to three intervals in order; often around the hours in which clocks change, often to the very ends of a day. */
const intervals: fc.Arbitrary<readonly Interval[]> = fc
  .uniqueArray(
    fc.oneof(fc.integer({ min: 0, max: 1_440 }), fc.integer({ min: 0, max: 240 }), fc.constantFrom(0, 120, 180, 1_440)),
    { maxLength: 6 },
  )
  .map((edges) => {
    const sorted = edges.toSorted((a, b) => a - b);
    return sorted.flatMap((from, index) => {
      const to = sorted[index + 1];
      return index % 2 === 0 && to !== undefined ? [{ from, to }] : [];
    });
  });

const duration = fc.integer({ min: 0, max: longest });
const minutesOfWork = fc.integer({ min: 0, max: 5_000 });

/** A minute within two days of one of the zone's changes. */
function around(timeZone: string): fc.Arbitrary<number> {
  const instants: readonly string[] = changes[timeZone as keyof typeof changes];
  return fc
    .tuple(fc.constantFrom(...instants), fc.integer({ min: -2 * 24 * 60, max: 24 * 60 }))
    .map(([change, minutes]) => Date.parse(change) + minutes * minuteMs);
}

function calendarIn(timeZone: string): fc.Arbitrary<BusinessCalendar> {
  const instants: readonly string[] = changes[timeZone as keyof typeof changes];
  const date = fc
    .tuple(fc.constantFrom(...instants), fc.integer({ min: -2, max: 5 }))
    .map(([change, days]) => new Date(Date.parse(change) + days * 24 * hourMs).toISOString().slice(0, 10));
  return fc.record({
    timeZone: fc.constant(timeZone),
    week: fc
      .tuple(...weekdays.map(() => intervals))
      .map((each) => Object.fromEntries(weekdays.map((weekday, index) => [weekday, each[index] ?? []])) as Week),
    dates: fc
      .array(fc.tuple(date, fc.oneof(fc.constant([]), intervals)), { maxLength: 3 })
      .map((entries) => new Map(entries)),
  });
}

const anyCalendar = fc
  .constantFrom(...Object.keys(changes))
  .chain((timeZone) => fc.record({ calendar: calendarIn(timeZone), from: around(timeZone) }));
