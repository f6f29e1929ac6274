import { z } from 'zod';
import { consents } from '../../domain/author.ts';
import { comparisons, type ContactFilter, filterLimits, refuseFilter } from '../../domain/contact-filter.ts';
import { attributeKey, attributeValue, country, language, tag } from '../authors/author-schemas.ts';

const several = <Value extends z.ZodType>(value: Value) => z.array(value).min(1).max(filterLimits.values);

const condition = z
  .union([
    z.strictObject({ field: z.literal('tag'), has: tag.toLowerCase() }),
    z.strictObject({
      field: z.literal('attribute'),
      name: attributeKey,
      is: z.enum(comparisons).meta({
        description:
          '`less` and `more` compare as numbers if the value is one; `differs` is also true of those without the field.',
      }),
      value: attributeValue,
    }),
    z.strictObject({ field: z.literal('attribute'), name: attributeKey, is: z.enum(['set', 'unset']) }),
    z.strictObject({ field: z.literal('consent'), in: several(z.enum(consents)) }),
    z.strictObject({ field: z.literal('country'), in: several(country) }),
    z.strictObject({ field: z.literal('language'), in: several(language) }),
    z.strictObject({
      field: z.literal('last_contact'),
      is: z.enum(['within', 'longer_ago']),
      days: z.int().min(1).max(filterLimits.days),
    }),
  ])
  .meta({
    id: 'ContactCondition',
    description: 'What is true of a contact. Of what is not known of somebody, no condition is true.',
  });

/** The document cannot show a schema that holds itself: each depth is one of its own. */
function filterOfDepth(depth: number): z.ZodType<ContactFilter, unknown> {
  if (depth <= 1) return condition;
  const inner = filterOfDepth(depth - 1);
  return z
    .union([
      z.strictObject({ all: several(inner) }),
      z.strictObject({ any: several(inner) }),
      z.strictObject({ not: inner }),
      condition,
    ])
    .meta({
      id: depth === filterLimits.depth ? 'ContactFilter' : `ContactFilterWithin${filterLimits.depth - depth}`,
      description: `Conditions, joined by \`all\`, \`any\` and \`not\`, ${depth} deep at most.`,
    });
}

export const filterView = filterOfDepth(filterLimits.depth);

export const filterBody = filterView.superRefine((filter, ctx) => {
  const refusal = refuseFilter(filter);
  if (refusal === null) return;
  const message = `has more than ${refusal.limit} conditions`;
  ctx.addIssue({ code: 'custom', message, params: { rule: refusal.code } });
});
