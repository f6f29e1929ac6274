import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { countryOfLocale, isCountry, readPhone } from '../../src/platform/phone.ts';

describe('a number', () => {
  it.each([
    ['340 123 4567', 'IT', '+393401234567', 'IT'],
    ['+39 340 123 45 67', null, '+393401234567', 'IT'],
    ['0039 340/1234567', 'IT', '+393401234567', 'IT'],
    ['(031) 123-4567', 'IT', '+390311234567', 'IT'],
    ['+41 79 123 45 67', 'IT', '+41791234567', 'CH'],
    ['079 123 45 67', 'CH', '+41791234567', 'CH'],
    ['+1 (212) 555-2368', 'IT', '+12125552368', 'US'],
    ['＋３９ 340 1234567', null, '+393401234567', 'IT'],
    ['+5215512345678', null, '+525512345678', 'MX'],
  ])('written as %s (%s) is %s', (text, country, phone, of) => {
    expect(readPhone(text, country)).toEqual({ kind: 'number', phone, country: of });
  });

  it.each([
    ['340 123 4567', null, 'country_unknown'],
    ['Mario Rossi', 'IT', 'not_a_number'],
    ['', 'IT', 'not_a_number'],
    ['chiama 340 1234567 dopo le 9', 'IT', 'not_a_number'],
    ['+39 3', null, 'too_short'],
    ['12', 'IT', 'not_in_use'],
    ['+39 340 123 4567 890 1234 567', null, 'too_long'],
    ['+39 000 0000001', null, 'not_in_use'],
    ['3.4E+11', 'IT', 'not_a_number'],
  ])('"%s" (%s) is refused as %s', (text, country, fault) => {
    expect(readPhone(text, country)).toEqual({ kind: 'fault', fault });
  });
});

test('a number in its normal form stays as it is, wherever it is read', () => {
  const written = fc.tuple(
    fc.constantFrom('IT', 'CH', 'DE', 'FR', 'GB', 'US', 'BR'),
    fc.stringMatching(/^[0-9]{6,12}$/),
    fc.constantFrom('IT', null),
  );
  fc.assert(
    fc.property(written, ([country, digits, elsewhere]) => {
      const read = readPhone(digits, country);
      if (read.kind === 'fault') return;
      expect(read.phone).toMatch(/^\+[1-9][0-9]{5,14}$/);
      expect(readPhone(read.phone, elsewhere)).toEqual(read);
    }),
    { numRuns: 200 },
  );
});

test('whatever is read, it is a number or a fault', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: fc.constantFrom(...'+0123456789 ()./-'.split('')), maxLength: 30 }),
  );
  fc.assert(
    fc.property(text, fc.constantFrom('IT', 'XX', null), (said, country) => {
      expect(['number', 'fault']).toContain(readPhone(said, country).kind);
    }),
  );
});

test('a tenant’s country is that of its locale', () => {
  expect(['it', 'it-CH', 'de', 'not a locale'].map(countryOfLocale)).toEqual(['IT', 'CH', 'DE', null]);
  expect([isCountry('IT'), isCountry('XX')]).toEqual([true, false]);
});
