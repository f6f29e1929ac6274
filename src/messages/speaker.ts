import { IntlMessageFormat } from 'intl-messageformat';
import type { Catalogue } from './catalogue.ts';
import { en } from './en.ts';
import { it } from './it.ts';

const catalogues = { en, it } satisfies Record<string, Catalogue>;
type Language = keyof typeof catalogues;

/** Says things in one reader's language and time zone. */
export interface Speaker {
  /** A BCP 47 tag of a language that we have words in. */
  readonly locale: string;
  readonly words: Catalogue;
  /** Fills in one of the `words`. */
  say(message: string, values?: Readonly<Record<string, string | number>>): string;
  /** An instant in words, with its time zone: `1 December 2026 at 09:30 (Europe/Rome)`. */
  instant(at: Date): string;
}

/**
 * Speaks the first of these languages that we have words in, else English; regions count for dates and numbers. Of a
 * time zone that nobody knows, UTC is taken: a reader's setting must never keep a message from being sent.
 */
export function speakerFor(locales: readonly (string | null)[], timeZone: string): Speaker {
  const { language, locale } = chosen(locales);
  const zone = isTimeZone(timeZone) ? timeZone : 'UTC';
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short', timeZone: zone });
  return {
    locale,
    words: catalogues[language],
    say: (message, values = {}) => String(formatOf(message, locale).format({ ...values })),
    instant: (at) => `${dates.format(at)} (${zone})`,
  };
}

function chosen(locales: readonly (string | null)[]): { language: Language; locale: string } {
  for (const wanted of locales) {
    const locale = wanted === null ? null : canonicalLocale(wanted);
    const language = locale?.split('-')[0] ?? '';
    if (locale !== null && isLanguage(language)) return { language, locale };
  }
  return { language: 'en', locale: 'en-GB' };
}

function canonicalLocale(text: string): string | null {
  try {
    return Intl.getCanonicalLocales(text.replaceAll('_', '-'))[0] ?? null;
  } catch {
    return null;
  }
}

const isLanguage = (text: string): text is Language => Object.hasOwn(catalogues, text);

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** Parsed once: there are a few dozen messages per language. */
const formats = new Map<string, IntlMessageFormat>();

function formatOf(message: string, locale: string): IntlMessageFormat {
  const key = `${locale} ${message}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const format = new IntlMessageFormat(message, locale, undefined, { ignoreTag: true });
  formats.set(key, format);
  return format;
}
