import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { countryZones } from '../../../src/domain/country-zones.ts';
import {
  afterQuietHours,
  beginsAt,
  dueAt,
  instantOf,
  isLocalTime,
  isZone,
  recipientZone,
} from '../../../src/domain/quiet-hours.ts';

describe('the zone of a recipient', () => {
  it('is theirs, else their country’s if it has one clock, else the tenant’s', () => {
    const zone = (timeZone: string | null, country: string | null) =>
      recipientZone({ timeZone, country }, 'Europe/Rome');
    expect(zone('Asia/Tokyo', 'DE')).toBe('Asia/Tokyo');
    expect(zone(null, 'DE')).toBe('Europe/Berlin');
    expect(zone(null, 'US')).toBe('Europe/Rome');
    expect(zone(null, null)).toBe('Europe/Rome');
    expect(zone('Mars/Olympus', 'GB')).toBe('Europe/London');
    expect(zone('+02:00', null)).toBe('Europe/Rome');
  });

  it('is one that this machine knows, for every country', () => {
    expect(Object.values(countryZones).filter((zone) => !isZone(zone))).toEqual([]);
    expect(['US', 'ES', 'BR', 'RU'].filter((country) => country in countryZones)).toEqual([]);
  });
});

describe('a wall-clock time', () => {
  it('that the clock leaps over in spring is as much later as the leap is long', () => {
    expect(iso(instantOf('2027-03-28T02:30', 'Europe/Rome'))).toBe('2027-03-28T01:30:00.000Z');
  });

  it('that comes twice in autumn is the first', () => {
    expect(iso(instantOf('2027-10-31T02:30', 'Europe/Rome'))).toBe('2027-10-31T00:30:00.000Z');
  });

  it('is of a day that the calendar has', () => {
    expect(['2027-02-28T10:00', '2027-02-29T10:00', '2027-13-01T10:00'].map(isLocalTime)).toEqual([true, false, false]);
  });
});

describe('quiet hours', () => {
  const night = { from: '21:00', to: '09:00' };

  it.each([
    ['2026-12-01T20:59', '2026-12-01T20:59'],
    ['2026-12-01T21:00', '2026-12-02T09:00'],
    ['2026-12-02T03:00', '2026-12-02T09:00'],
    ['2026-12-02T09:00', '2026-12-02T09:00'],
  ])('overnight: what is due at %s goes out at %s', (due, out) => {
    expect(afterQuietHours(rome(due), 'Europe/Rome', night)).toBe(rome(out));
  });

  it.each([
    ['2026-12-01T12:59', '2026-12-01T12:59'],
    ['2026-12-01T13:00', '2026-12-01T15:00'],
    ['2026-12-01T15:00', '2026-12-01T15:00'],
  ])('at noon: what is due at %s goes out at %s', (due, out) => {
    expect(afterQuietHours(rome(due), 'Europe/Rome', { from: '13:00', to: '15:00' })).toBe(rome(out));
  });

  it('that end in a spring gap end when the clock has leapt', () => {
    const quiet = { from: '01:00', to: '02:30' };
    expect(iso(afterQuietHours(rome('2027-03-28T01:30'), 'Europe/Rome', quiet))).toBe('2027-03-28T01:30:00.000Z');
  });

  it('never send earlier than asked, nor within them, by any clock on any day', () => {
    fc.assert(
      fc.property(instant, zone, time, time, (at, where, from, to) => {
        const out = afterQuietHours(at, where, { from, to });
        expect(out).toBeGreaterThanOrEqual(at);
        expect(out - at).toBeLessThanOrEqual(25 * 60 * 60_000);
        // What comes out goes out: it is not held again. But for clocks that are set back into the quiet hours.
        if (setBackSoon(out, where)) return;
        expect(afterQuietHours(out, where, { from, to })).toBe(out);
      }),
    );
  });
});

describe('the start', () => {
  const rules = { startsAtLocal: '2026-12-24T09:00', quietHours: null, tenantZone: 'Europe/Rome' } as const;
  const now = Date.parse('2026-12-20T10:00:00Z');

  it('is one instant in the tenant’s zone, and one for each zone in the recipients’', () => {
    const at = (whose: 'tenant' | 'recipient', where: string) => iso(dueAt({ ...rules, zone: whose }, where, now));
    expect(at('tenant', 'Asia/Tokyo')).toBe('2026-12-24T08:00:00.000Z');
    expect(at('recipient', 'Asia/Tokyo')).toBe('2026-12-24T00:00:00.000Z');
    expect(at('recipient', 'America/New_York')).toBe('2026-12-24T14:00:00.000Z');
  });

  it('of the process is before anybody’s', () => {
    const begins = beginsAt({ ...rules, zone: 'recipient' });
    for (const where of Object.values(countryZones)) {
      expect(dueAt({ ...rules, zone: 'recipient' }, where, now)).toBeGreaterThanOrEqual(begins ?? Infinity);
    }
    expect(beginsAt({ ...rules, startsAtLocal: null, zone: 'tenant' })).toBeNull();
  });

  it('that has passed by somebody’s clock is now', () => {
    const later = Date.parse('2026-12-24T05:00:00Z');
    expect(dueAt({ ...rules, zone: 'recipient' }, 'Asia/Tokyo', later)).toBe(later);
  });
});

const iso = (at: number): string => new Date(at).toISOString();
const rome = (local: string): number => instantOf(local, 'Europe/Rome');

const instant = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 0, 1) });
const zone = fc.constantFrom('Europe/Rome', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia');
const time = fc.integer({ min: 0, max: 24 * 60 - 1 }).map((minutes) => {
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60];
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
});

/** Whether the clock goes back within a day around an instant. */
function setBackSoon(at: number, where: string): boolean {
  const offset = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(where).offsetNanoseconds;
  return offset(at - 86_400_000) > offset(at + 86_400_000);
}
