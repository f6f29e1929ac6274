import { z } from 'zod';
import { attributeName, authorLimits, consents, normalLanguage, normalTags } from '../../domain/author.ts';
import { timeZoneNamed } from '../../domain/business-calendar.ts';
import type { AuthorId } from '../../domain/ids.ts';
import { isCountry } from '../../platform/phone.ts';
import { id } from '../schemas.ts';

export const authorId = id<AuthorId>('A contact.');
export const authorParams = z.strictObject({ authorId });

export const phoneText = z.string().trim().min(1).max(50).meta({
  description:
    'A number as people write it; without a country code it is one of `country`, or else of the tenant’s country.',
  example: '340 123 4567',
});

export const authorName = z.string().trim().max(authorLimits.nameLength).meta({ description: 'What they are called.' });

/** A text that `read` makes its normal form of; null: it is none. */
function normalised(read: (text: string) => string | null, maxLength: number, wrong: string) {
  return z
    .string()
    .trim()
    .max(maxLength)
    .transform((text, ctx) => {
      const known = read(text);
      if (known !== null) return known;
      ctx.issues.push({ code: 'custom', input: text, message: wrong, params: { rule: 'known' } });
      return z.NEVER;
    });
}

export const country = normalised(
  (text) => (isCountry(text.toUpperCase()) ? text.toUpperCase() : null),
  2,
  'is no country',
).meta({ description: 'ISO 3166-1.', example: 'IT' });
export const language = normalised(normalLanguage, 35, 'is no language tag').meta({
  description: 'BCP 47.',
  example: 'it',
});
export const timeZone = normalised(timeZoneNamed, 100, 'is not an IANA time zone').meta({
  description: 'IANA name. Null: the country’s, if it has one, else the tenant’s.',
  example: 'Europe/Rome',
});

export const tag = z
  .string()
  .trim()
  .min(1)
  .max(authorLimits.tagLength)
  .meta({ description: 'A label, kept in lower case.' });
export const tags = z
  .array(tag)
  .max(authorLimits.tags)
  .transform(normalTags)
  .meta({ description: `Labels, at most ${authorLimits.tags}.`, example: ['vip', 'como'] });

export const attributeKey = z
  .string()
  .max(authorLimits.attributeNameLength)
  .regex(attributeName)
  .meta({ description: 'The name of a custom field.', example: 'città' });
export const attributeValue = z
  .union([z.string().max(authorLimits.attributeValueLength), z.number(), z.boolean()])
  .meta({ description: 'A text, a number, or true or false.' });
export const attributes = z
  .record(attributeKey, attributeValue)
  .refine((record) => Object.keys(record).length <= authorLimits.attributes, {
    error: `has more than ${authorLimits.attributes} fields`,
    params: { rule: 'max_fields' },
  })
  .meta({ description: `Custom fields, at most ${authorLimits.attributes}.`, example: { città: 'Como', punti: 120 } });

export const evidence = z.string().trim().min(1).max(authorLimits.evidenceLength).meta({
  description: 'Where it was said: a form’s address, a call, a contract.',
  example: 'https://example.com/newsletter',
});

export const newAuthorBody = z.strictObject({
  phone: phoneText,
  name: authorName.default(''),
  country: country.nullable().default(null),
  language: language.nullable().default(null),
  timeZone: timeZone.nullable().default(null),
  attributes: attributes.default({}),
  tags: tags.default([]),
});

export const changedAuthorBody = z
  .strictObject({
    phone: phoneText.optional(),
    name: authorName.optional(),
    country: country.nullable().optional(),
    language: language.nullable().optional(),
    timeZone: timeZone.nullable().optional(),
    attributes: attributes.optional(),
    tags: tags.optional(),
  })
  .meta({ description: 'What is absent stays as it is; what is there takes the place of all of it.' });

export const consent = z.enum(consents).meta({ description: 'What they have agreed to be sent.' });
export const toldConsent = z.enum(['granted', 'withdrawn']).meta({ description: 'What they say now.' });
