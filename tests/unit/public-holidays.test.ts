import { describe, expect, test } from 'vitest';
import { holidayRegions, publicHolidays, unknownPart } from '../../src/platform/public-holidays.ts';

const italy = { country: 'IT', region: null };

test('the holidays of a country come in order, under their names in the language that is asked for', () => {
  const named = holidays(italy, { year: 2026, locale: 'it-IT' });
  expect(named.slice(0, 2)).toEqual(['2026-01-01 Capodanno', '2026-01-06 Epifania']);
  expect(named).toContain('2026-04-06 Lunedì dell’Angelo');
  expect(named.at(-1)).toBe('2026-12-26 Santo Stefano');
  expect(holidays(italy, { year: 2026, locale: 'en' })[0]).toBe("2026-01-01 New Year's Day");
});

test('those that move are where they are in that year', () => {
  const easterMonday = (year: number) => holidays(italy, { year, locale: 'it' }).find((day) => day.includes('Angelo'));
  expect([2026, 2027, 2028].map(easterMonday)).toEqual([
    '2026-04-06 Lunedì dell’Angelo',
    '2027-03-29 Lunedì dell’Angelo',
    '2028-04-17 Lunedì dell’Angelo',
  ]);
});

test('a region adds its own, and a part of a region too', () => {
  const days = (region: string | null) =>
    holidays({ country: 'DE', region }, { year: 2027 }).map((day) => day.slice(0, 10));
  expect(days(null)).not.toContain('2027-01-06');
  expect(days('BY')).toContain('2027-01-06');
  expect(days('BY')).not.toContain('2027-08-08');
  expect(days('BY-A')).toContain('2027-08-08');
});

test('bank holidays count when they are asked for, from the hour at which they begin', () => {
  const germany = { country: 'DE', region: null };
  const christmasEve = (types: readonly ('public' | 'bank')[]) =>
    publicHolidays(germany, { year: 2026, types }).find(({ date }) => date === '2026-12-24');
  expect(christmasEve(['public'])).toBeUndefined();
  expect(christmasEve(['public', 'bank'])).toMatchObject({ type: 'bank', from: 14 * 60 });
});

test('a feast of several days is each of them', () => {
  const feast = publicHolidays({ country: 'TR', region: null }, { year: 2026, types: ['public'], locale: 'tr' });
  const days = feast.filter(({ name }) => name === 'Kurban Bayramı');
  expect(days.map(({ date }) => date)).toEqual(['2026-05-27', '2026-05-28', '2026-05-29', '2026-05-30']);
});

test('a day with a change of clocks is one day', () => {
  const sundays = publicHolidays({ country: 'HT', region: null }, { year: 2026, types: ['public'] });
  expect(sundays.filter(({ date }) => date >= '2026-11-01' && date < '2026-11-04').map(({ date }) => date)).toEqual([
    '2026-11-01',
    '2026-11-02',
  ]);
});

describe('places', () => {
  const places = holidayRegions('it');

  test('come by their names in the language that is asked for', () => {
    const names = places.map(({ name }) => name);
    expect(names).toContain('Italia');
    expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b, 'it')));
    expect(places.length).toBeGreaterThan(150);
  });

  test('say which regions they have', () => {
    const bavaria = places.find(({ country }) => country === 'DE')?.regions.filter(({ code }) => code.startsWith('BY'));
    expect(bavaria?.map(({ code }) => code)).toEqual(expect.arrayContaining(['BY', 'BY-A']));
  });

  test('that are offered are known, and others are not', () => {
    const offered = places.flatMap(({ country, regions }) =>
      [null, ...regions.map(({ code }) => code)].map((region) => ({ country, region })),
    );
    expect(offered.filter((place) => unknownPart(place) !== null)).toEqual([]);
    expect(unknownPart({ country: 'XX', region: null })).toBe('country');
    expect(unknownPart({ country: 'constructor', region: null })).toBe('country');
    expect(unknownPart({ country: 'IT', region: 'BY' })).toBe('region');
  });

  test('all have holidays that can be told', () => {
    for (const { country } of places) {
      for (const { date, from, name } of publicHolidays({ country, region: null }, { year: 2027, types: ['public'] })) {
        expect(date, country).toMatch(/^\d{4}-\d{2}-\d{2}$/);
        expect(from, country).toBeLessThan(1_440);
        expect(name, country).not.toBe('');
      }
    }
  });
});

function holidays(place: { country: string; region: string | null }, asked: { year: number; locale?: string }) {
  return publicHolidays(place, { ...asked, types: ['public'] }).map(({ date, name }) => `${date} ${name}`);
}
