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
