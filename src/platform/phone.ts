import { type CountryCode, isSupportedCountry, parsePhoneNumberWithError, ParseError } from 'libphonenumber-js/max';

/** Why a text is no number that can be called. */
export type PhoneFault =
  /** It is written as within a country, and nobody said which. */
  'country_unknown' | 'not_a_number' | 'too_short' | 'too_long' | 'not_in_use';

export type PhoneReading =
  | {
      readonly kind: 'number';
      /** E.164, with the plus. */
      readonly phone: string;
      /** ISO 3166; null where the code belongs to no one country. */
      readonly country: string | null;
    }
  | { readonly kind: 'fault'; readonly fault: PhoneFault };

/** Longer than any way of writing a number; what is longer is not looked at. */
const maxLength = 50;
const digits = /\d/;

/**
 * Reads a number as people and their spreadsheets write it. `defaultCountry` is where one without a country code
 * belongs. An extension is left out: nobody can be written to behind one.
 */
export function readPhone(text: string, defaultCountry: string | null): PhoneReading {
  // Digits and the plus come in full width too.
  const trimmed = text.normalize('NFKC').trim();
  if (trimmed.length > maxLength || !digits.test(trimmed)) return faulty('not_a_number');
  const country = defaultCountry !== null && isSupportedCountry(defaultCountry) ? defaultCountry : undefined;
  const read = parse(trimmed, country);
  if (read.kind === 'fault') return read;
  if (read.number.isValid()) return numberOf(read.number.number, read.number.country);
  const mexican = /^\+521(\d{10})$/.exec(read.number.number);
  // WhatsApp still spells Mexican mobiles with the 1 that was abolished in 2019.
  if (mexican !== null) return readPhone(`+52${mexican[1]}`, null);
  return faulty('not_in_use');
}

type Parsed =
  | { readonly kind: 'parsed'; readonly number: ReturnType<typeof parsePhoneNumberWithError> }
  | Extract<PhoneReading, { kind: 'fault' }>;

function parse(text: string, country: CountryCode | undefined): Parsed {
  try {
    const number = parsePhoneNumberWithError(text, {
      extract: false,
      ...(country === undefined ? {} : { defaultCountry: country }),
    });
    return { kind: 'parsed', number };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return faulty(faults[error.message] ?? 'not_a_number');
  }
}

/** https://gitlab.com/catamphetamine/libphonenumber-js#errors */
const faults: Readonly<Record<string, PhoneFault>> = {
  INVALID_COUNTRY: 'country_unknown',
  TOO_SHORT: 'too_short',
  TOO_LONG: 'too_long',
};

function numberOf(phone: string, country: CountryCode | undefined): PhoneReading {
  return { kind: 'number', phone, country: country ?? null };
}

function faulty(fault: PhoneFault): Extract<PhoneReading, { kind: 'fault' }> {
  return { kind: 'fault', fault };
}

/** The country whose numbers somebody with this locale writes without a code: `it` → `IT`, `de-CH` → `CH`. */
export function countryOfLocale(locale: string): string | null {
  try {
    return new Intl.Locale(locale).maximize().region ?? null;
  } catch {
    return null;
  }
}

/** Whether the code names a country that has numbers of its own. */
export function isCountry(code: string): boolean {
  return isSupportedCountry(code);
}
