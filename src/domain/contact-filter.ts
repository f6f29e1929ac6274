import type { AttributeValue, Consent } from './author.ts';

/** Which authors belong to a dynamic group. */
export type ContactFilter =
  | { readonly all: readonly ContactFilter[] }
  | { readonly any: readonly ContactFilter[] }
  | { readonly not: ContactFilter }
  | ContactCondition;

export type ContactCondition =
  | { readonly field: 'tag'; readonly has: string }
  | { readonly field: 'attribute'; readonly name: string; readonly is: Comparison; readonly value: AttributeValue }
  | { readonly field: 'attribute'; readonly name: string; readonly is: 'set' | 'unset' }
  | { readonly field: 'consent'; readonly in: readonly Consent[] }
  /** ISO 3166 codes. */
  | { readonly field: 'country'; readonly in: readonly string[] }
  /** BCP 47: a language without a region stands for all of its regions. */
  | { readonly field: 'language'; readonly in: readonly string[] }
  | { readonly field: 'last_contact'; readonly is: 'within' | 'longer_ago'; readonly days: number };

export const comparisons = ['equals', 'differs', 'less', 'more', 'contains'] as const;
export type Comparison = (typeof comparisons)[number];

/** `depth` counts what is nested: a condition is 1, one inside of `all` is 2. */
export const filterLimits = { depth: 4, conditions: 50, values: 100, days: 3_650 } as const;

/** Why a filter is not taken, or null. */
export type FilterRefusal = { readonly code: 'too_deep' | 'too_many_conditions'; readonly limit: number };

export function refuseFilter(filter: ContactFilter): FilterRefusal | null {
  if (depthOf(filter) > filterLimits.depth) return { code: 'too_deep', limit: filterLimits.depth };
  const many = conditionsOf(filter).length > filterLimits.conditions;
  return many ? { code: 'too_many_conditions', limit: filterLimits.conditions } : null;
}

/** Every condition of a filter, in the order in which they stand. */
export function conditionsOf(filter: ContactFilter): readonly ContactCondition[] {
  return 'field' in filter ? [filter] : partsOf(filter).flatMap(conditionsOf);
}

function depthOf(filter: ContactFilter): number {
  return 'field' in filter ? 1 : 1 + Math.max(0, ...partsOf(filter).map(depthOf));
}

function partsOf(filter: Exclude<ContactFilter, ContactCondition>): readonly ContactFilter[] {
  if ('all' in filter) return filter.all;
  return 'any' in filter ? filter.any : [filter.not];
}
