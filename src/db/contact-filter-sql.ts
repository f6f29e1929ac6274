import { type RawBuilder, sql } from 'kysely';

import type { Comparison, ContactCondition, ContactFilter } from '../domain/contact-filter.ts';
import { lastContactOf } from './last-contact.ts';

type Predicate = RawBuilder<boolean>;

/**
 * The filter as a predicate over the columns of `author`; every value is a parameter. It is true or false, never null:
 * what is not known of somebody does not meet a condition, and so meets its `not`.
 */
export function filterSql(filter: ContactFilter, now: Date): Predicate {
  if ('field' in filter) return sql`coalesce(${conditionSql(filter, now)}, false)`;
  if ('not' in filter) return sql`not ${filterSql(filter.not, now)}`;
  if ('all' in filter) return joined(filter.all, { word: ' and ', none: 'true', now });
  return joined(filter.any, { word: ' or ', none: 'false', now });
}

function joined(
  parts: readonly ContactFilter[],
  { word, none, now }: { word: ' and ' | ' or '; none: 'true' | 'false'; now: Date },
): Predicate {
  if (parts.length === 0) return sql.raw(none);
  const predicates = parts.map((part) => filterSql(part, now));
  return sql`(${sql.join(predicates, sql.raw(word))})`;
}

function conditionSql(condition: ContactCondition, now: Date): Predicate {
  switch (condition.field) {
    case 'tag':
      return sql`author.tags @> array[${condition.has}]::text[]`;
    case 'consent':
      return sql`author.consent = any(${condition.in}::text[])`;
    case 'country':
      return sql`author.country = any(${condition.in}::text[])`;
    case 'language':
      return sql`(author.language = any(${condition.in}::text[])
                  or split_part(author.language, '-', 1) = any(${condition.in}::text[]))`;
    case 'last_contact': {
      const instant = new Date(now.getTime() - condition.days * dayMs);
      return condition.is === 'within' ? sql`${lastContactOf} >= ${instant}` : sql`${lastContactOf} < ${instant}`;
    }
    case 'attribute':
      return 'value' in condition ? comparisonSql(condition) : presenceSql(condition);
  }
}

function presenceSql({ name, is }: { readonly name: string; readonly is: 'set' | 'unset' }): Predicate {
  const set = sql<boolean>`author.attributes ? ${name}::text`;
  return is === 'set' ? set : sql`not ${set}`;
}

function comparisonSql({ name, is, value }: Extract<ContactCondition, { is: Comparison; name: string }>): Predicate {
  const text = sql<string>`author.attributes ->> ${name}::text`;
  switch (is) {
    case 'equals':
      return sql`${text} = ${String(value)}`;
    case 'differs':
      return sql`${text} is distinct from ${String(value)}`;
    case 'contains':
      return sql`strpos(lower(${text}), lower(${String(value)})) > 0`;
    case 'less':
      return typeof value === 'number' ? sql`${numberOf(text)} < ${value}::float8` : sql`${text} < ${String(value)}`;
    case 'more':
      return typeof value === 'number' ? sql`${numberOf(text)} > ${value}::float8` : sql`${text} > ${String(value)}`;
  }
}

/** A text from a file is a number if it looks like one; Postgres would fail on any other. */
function numberOf(text: RawBuilder<string>): RawBuilder<number> {
  return sql`case when ${text} ~ '^-?[0-9]{1,30}([.][0-9]{1,30})?$' then (${text})::float8 end`;
}

const dayMs = 24 * 3_600_000;
