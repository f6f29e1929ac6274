import type { Instant } from './ids.ts';
import type { TemplateCategory } from './template.ts';

/** Millionths of a currency's unit. Money is never a double. */
export type Micros = bigint;

/** Prices of one delivered message in one currency, from a day on until a newer card. */
export interface RateCard {
  /** The first day, UTC. */
  readonly from: string;
  readonly currency: string;
  /** Where the numbers come from, and when they were read. */
  readonly source: string;
  /** By market; decimals as the network writes them. A category without a price is not known. */
  readonly prices: Readonly<Record<string, Readonly<Partial<Record<TemplateCategory, string>>>>>;
  /** The market of each country that has its own or stands in a group, by ISO 3166. */
  readonly markets: Readonly<Record<string, string>>;
  /** The market of all other countries. */
  readonly elsewhere: string;
}

const marketsOf = (groups: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(groups).flatMap(([market, countries]) => countries.split(' ').map((country) => [country, market])),
  );

/**
 * What is known of WhatsApp's prices in euro. Meta shows its table only inside of its own pages; these are the markets
 * that others have published from it. A market that stands below and has no prices here (`united_kingdom`,
 * `north_america`, `other`…) is one whose price in euro nobody has published: an estimate calls its people unpriced.
 * Prices fall with volume for utility and authentication: this is the first tier.
 */
const euro2026: RateCard = {
  from: '2026-07-01',
  currency: 'EUR',
  source: 'Meta rate card in EUR, effective 2026-07-01, as published by resellers; read 2026-11-29',
  prices: {
    germany: { marketing: '0.1131', utility: '0.0456' },
    france: { marketing: '0.0712', utility: '0.0248' },
    italy: { marketing: '0.0658', utility: '0.0248' },
    netherlands: { marketing: '0.1323', utility: '0.0414' },
    spain: { marketing: '0.0585', utility: '0.0166' },
    poland: { marketing: '0.0303', utility: '0.0101' },
    romania: { marketing: '0.0712', utility: '0.0239' },
    hungary: { marketing: '0.0712', utility: '0.0289' },
    western_europe: { marketing: '0.0490', utility: '0.0142' },
    eastern_europe: { marketing: '0.0712', utility: '0.0175', authentication: '0.0175' },
    brazil: { marketing: '0.0518', utility: '0.0056' },
    argentina: { marketing: '0.0512', utility: '0.0216' },
    chile: { marketing: '0.0736', utility: '0.0166' },
    peru: { marketing: '0.0582', utility: '0.0166' },
    colombia: { marketing: '0.0104', utility: '0.0008' },
    latin_america: { marketing: '0.0612', utility: '0.0094' },
  },
  markets: marketsOf({
    germany: 'DE',
    france: 'FR',
    italy: 'IT',
    netherlands: 'NL',
    spain: 'ES',
    poland: 'PL',
    romania: 'RO',
    hungary: 'HU',
    united_kingdom: 'GB',
    western_europe: 'AT BE CH DK FI IE LU MT NO PT SE',
    eastern_europe: 'AL AM AZ BG BY CY CZ EE GE GR HR LT LV MD MK RS SI SK UA',
    north_america: 'CA US',
    brazil: 'BR',
    argentina: 'AR',
    chile: 'CL',
    peru: 'PE',
    colombia: 'CO',
    mexico: 'MX',
    latin_america: 'BO CR DO EC GT HN HT JM NI PA PR PY SV UY VE',
  }),
  elsewhere: 'other',
};

const cards: readonly RateCard[] = [euro2026];

/** The card of a currency that holds on a day; null: there is none. */
export function cardFor(currency: string, at: Date, among: readonly RateCard[] = cards): RateCard | null {
  const day = at.toISOString().slice(0, 10);
  const held = among.filter((card) => card.currency === currency && card.from <= day);
  return held.toSorted((a, b) => (a.from < b.from ? 1 : -1))[0] ?? null;
}

/** What one delivered message costs; null: it is not known. */
export function priceOf(card: RateCard, country: string | null, category: TemplateCategory): Micros | null {
  if (country === null) return null;
  const price = card.prices[card.markets[country] ?? card.elsewhere]?.[category];
  return price === undefined ? null : toMicros(price);
}

/** What the network calls the kinds of messages that it charges for, as far as our cards price them. */
const chargedAs: ReadonlyMap<string, TemplateCategory> = new Map([
  ['marketing', 'marketing'],
  ['marketing_lite', 'marketing'],
  ['utility', 'utility'],
  ['authentication', 'authentication'],
]);

/** What a message costs that the network says it has charged for, as a decimal; null: it is not known. */
export function chargedPrice(message: {
  readonly category: string;
  readonly country: string | null;
  readonly currency: string;
  readonly at: Instant;
}): string | null {
  const category = chargedAs.get(message.category);
  const card = cardFor(message.currency, new Date(message.at));
  if (card === null || category === undefined) return null;
  const price = priceOf(card, message.country, category);
  return price === null ? null : fromMicros(price);
}

/** The cheapest and the dearest market of a category, for those whose country nobody knows; null: none is priced. */
export function priceRange(card: RateCard, category: TemplateCategory): { low: Micros; high: Micros } | null {
  const all = Object.values(card.prices).flatMap((prices) => {
    const price = prices[category];
    return price === undefined ? [] : [toMicros(price)];
  });
  const [first, ...rest] = all;
  if (first === undefined) return null;
  return {
    low: rest.reduce((least, each) => (each < least ? each : least), first),
    high: rest.reduce((most, each) => (each > most ? each : most), first),
  };
}

const decimal = /^(\d{1,12})(?:\.(\d{1,6}))?$/;

/** Reads `0.0658`. Throws for what is no decimal of at most six places. */
export function toMicros(text: string): Micros {
  const match = decimal.exec(text);
  if (match === null) throw new TypeError(`not a decimal of at most six places: ${text}`);
  return BigInt(match[1] ?? '0') * 1_000_000n + BigInt((match[2] ?? '').padEnd(6, '0'));
}

/** Writes `0.065800`, as Postgres does for a `numeric(14, 6)`. */
export function fromMicros(micros: Micros): string {
  const digits = String(micros).padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}
