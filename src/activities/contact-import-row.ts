import type { BulkAuthor } from '../db/author-bulk.ts';
import { authorLimits, normalLanguage, normalTags } from '../domain/author.ts';
import { timeZoneNamed } from '../domain/business-calendar.ts';
import { columnsOf, consentIn, type ContactMapping } from '../domain/contact-mapping.ts';
import { isCountry, readPhone } from '../platform/phone.ts';

/** A row of a file as a contact, or why it is none: a code that stands beside it in the file of refused rows. */
export type RowReading =
  | { readonly kind: 'contact'; readonly contact: BulkAuthor }
  | { readonly kind: 'refused'; readonly reason: string };

/** Reads rows by a mapping. Null: the header lacks a column that the mapping names. */
export function rowReader(
  mapping: ContactMapping,
  header: readonly string[],
): ((cells: readonly string[]) => RowReading) | null {
  const places = new Map(header.map((column, place) => [column, place]));
  if (columnsOf(mapping).some((column) => !places.has(column))) return null;
  return (cells) => {
    if (cells.length !== header.length) return refused('wrong_number_of_cells');
    const read = (column: string | null): string =>
      column === null ? '' : (cells[places.get(column) ?? -1] ?? '').trim();
    if (cells.some((cell) => cell.includes('\0'))) return refused('characters');
    return readRow(mapping, read);
  };
}

type Read = (column: string | null) => string;

function readRow(mapping: ContactMapping, read: Read): RowReading {
  const country = read(mapping.country).toUpperCase();
  if (country !== '' && !isCountry(country)) return refused('country_not_known');
  const language = read(mapping.language);
  const normal = language === '' ? null : normalLanguage(language);
  if (language !== '' && normal === null) return refused('language_not_known');
  const zone = read(mapping.timeZone);
  const timeZone = zone === '' ? null : timeZoneNamed(zone);
  if (zone !== '' && timeZone === null) return refused('time_zone_not_known');
  const name = read(mapping.name);
  if (name.length > authorLimits.nameLength) return refused('name_too_long');
  const tags = normalTags([...mapping.addTags, ...read(mapping.tags).split(/[,;]/)]);
  if (tags.length > authorLimits.tags) return refused('too_many_tags');
  if (tags.some((tag) => tag.length > authorLimits.tagLength)) return refused('tag_too_long');
  const attributes = Object.entries(mapping.attributes)
    .map(([attribute, column]) => [attribute, read(column)] as const)
    .filter(([, value]) => value !== '');
  if (attributes.some(([, value]) => value.length > authorLimits.attributeValueLength))
    return refused('value_too_long');

  const text = read(mapping.phone);
  if (text === '') return refused('phone_missing');
  const phone = readPhone(text, country === '' ? mapping.defaultCountry : country);
  if (phone.kind === 'fault') return refused(`phone_${phone.fault}`);
  return {
    kind: 'contact',
    contact: {
      phone: phone.phone,
      phoneCountry: phone.country,
      name: name === '' ? null : name,
      country: country === '' ? null : country,
      language: normal,
      timeZone,
      attributes: Object.fromEntries(attributes),
      tags,
      consent: consentOf(mapping, read),
    },
  };
}

function consentOf({ consent }: ContactMapping, read: Read): BulkAuthor['consent'] {
  const told = consentIn(consent, consent?.kind === 'column' ? read(consent.column) : '');
  return consent === null || told === null ? null : { told, evidence: consent.evidence };
}

function refused(reason: string): RowReading {
  return { kind: 'refused', reason };
}
