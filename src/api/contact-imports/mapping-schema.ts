import { z } from 'zod';
import { authorLimits } from '../../domain/author.ts';
import type { ContactMapping } from '../../domain/contact-mapping.ts';
import { attributeKey, country, evidence, tags } from '../authors/author-schemas.ts';

const columnName = z.string().trim().min(1).max(200);
const column = columnName.nullable().default(null);
const cells = z.array(z.string().trim().max(100)).max(20);

const consent = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('everybody'), evidence }),
    z.strictObject({
      kind: z.literal('column'),
      column: columnName,
      grantedBy: cells.min(1).meta({ description: 'Cells that say yes, in any case.', example: ['sì', '1', 'true'] }),
      withdrawnBy: cells.default([]).meta({ description: 'Cells that say no. Any other says nothing.' }),
      evidence,
    }),
  ])
  .nullable()
  .default(null);

/** What the columns of a file hold. */
export const mapping = z
  .strictObject({
    phone: columnName,
    name: column,
    country: column,
    language: column,
    timeZone: column,
    tags: column,
    attributes: z
      .record(attributeKey, columnName)
      .refine((record) => Object.keys(record).length <= authorLimits.attributes, {
        error: `has more than ${authorLimits.attributes} fields`,
        params: { rule: 'max_fields' },
      })
      .default({}),
    consent: consent.meta({
      description:
        'Who has agreed: everybody in the file, or whoever a column says so of; null: the file says nothing of it. Somebody who has opted out is refused, since a file cannot bring them back.',
    }),
    addTags: tags.default([]),
    defaultCountry: country.nullable().default(null).meta({
      description: 'Where numbers without a country code belong; null: in the tenant’s country.',
    }),
  })
  .meta({
    id: 'ContactMapping',
    description: 'Which column, by its name in the first line, holds what.',
  }) satisfies z.ZodType<ContactMapping, unknown>;
