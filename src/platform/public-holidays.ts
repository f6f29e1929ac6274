import Holidays from 'date-holidays';
import { languageOf } from './language.ts';

/** The kinds of holidays that can close a business. */
export const holidayTypes = ['public', 'bank'] as const;
export type HolidayType = (typeof holidayTypes)[number];

/** Whose holidays: an ISO country, and a part of it as `holidayRegions` spells it. */
export interface HolidayPlace {
  readonly country: string;
  readonly region: string | null;
}

export interface PublicHoliday {
  /** By the calendar of the place: `2026-12-25`. */
  readonly date: string;
  /** Minutes since midnight: some begin at noon or at two. */
  readonly from: number;
  readonly name: string;
  readonly type: HolidayType;
}

/** The holidays of one year in their order, named in `locale` where its language is known, else in the country's. */
export function publicHolidays(
  place: HolidayPlace,
  { year, types, locale = 'en' }: { year: number; types: readonly HolidayType[]; locale?: string },
): readonly PublicHoliday[] {
  return remembered(place, year, languageOf(locale)).filter(({ type }) => types.includes(type));
}

/** Which part of a place no holidays are known for; null: they are known. */
export function unknownPart({ country, region }: HolidayPlace): 'country' | 'region' | null {
  const book = new Holidays();
  if (!Object.hasOwn(book.getCountries(), country)) return 'country';
  if (region === null || regionsOf(book, country, 'en').some(({ code }) => code === region)) return null;
  return 'region';
}

export interface HolidayCountry {
  /** ISO 3166-1: `IT`. */
  readonly country: string;
  readonly name: string;
  /** States, and parts of states after a dash: `BY`, `BY-A`. */
  readonly regions: readonly { readonly code: string; readonly name: string }[];
}

/** Every place whose holidays are known, by the country's name. */
export function holidayRegions(locale: string): readonly HolidayCountry[] {
  const language = languageOf(locale);
  const named = new Intl.DisplayNames([language, 'en'], { type: 'region' });
  const book = new Holidays();
  return Object.keys(book.getCountries())
    .map((country) => ({
      country,
      name: named.of(country) ?? country,
      regions: regionsOf(book, country, language),
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name, language));
}

function regionsOf(book: Holidays, country: string, language: string): HolidayCountry['regions'] {
  return entries(book.getStates(country, language)).flatMap(([state, name]) => [
    { code: state, name },
    ...entries(book.getRegions(country, state, language)).map(([region, part]) => ({
      code: `${state}-${region}`,
      name: `${name}, ${part}`,
    })),
  ]);
}

/** Countries without states answer nothing, whatever the types say. */
function entries(named: Record<string, string> | undefined): [string, string][] {
  return Object.entries(named ?? {});
}

/** A year costs the library a millisecond or more, and is asked for by every deadline: the last ones are kept. */
const memory = new Map<string, readonly PublicHoliday[]>();
const maxRemembered = 500;

function remembered(place: HolidayPlace, year: number, language: string): readonly PublicHoliday[] {
  const key = [place.country, place.region, year, language].join(' ');
  const known = memory.get(key);
  if (known !== undefined) return known;
  const found = lookUp(place, year, language);
  const [oldest] = memory.keys();
  if (memory.size >= maxRemembered && oldest !== undefined) memory.delete(oldest);
  memory.set(key, found);
  return found;
}

function lookUp({ country, region }: HolidayPlace, year: number, language: string): readonly PublicHoliday[] {
  const [state = '', part = ''] = region?.split('-') ?? [];
  const found = new Holidays(country, state, part).getHolidays(year, language).flatMap((holiday) => {
    const { type, name } = holiday;
    if (type !== 'public' && type !== 'bank') return [];
    return datesOf(holiday).map((day) => ({ ...day, name, type }));
  });
  return found.toSorted((a, b) => a.date.localeCompare(b.date) || a.from - b.from);
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * `2026-12-24 14:00:00`, and how long: its dates. A last day that is not a holiday to its end does not count. An hour
 * more or less is a change of the clocks.
 */
function datesOf({ date, start, end }: { date: string; start: Date; end: Date }): { date: string; from: number }[] {
  const [hours, minutes] = [Number(date.slice(11, 13)), Number(date.slice(14, 16))];
  const throughMs = hours * hourMs + (end.getTime() - start.getTime());
  const count = Math.max(1, Math.floor((throughMs + hourMs) / dayMs));
  return Array.from({ length: count }, (_, index) => ({
    date: new Date(Date.parse(date.slice(0, 10)) + index * dayMs).toISOString().slice(0, 10),
    from: index === 0 ? hours * 60 + minutes : 0,
  }));
}
