/** What an author has agreed to be sent. */
export const consents = ['unknown', 'granted', 'withdrawn'] as const;
export type Consent = (typeof consents)[number];

/** How we know: a file, a program, their own words, their settings at the network, or a colleague. */
export const consentSources = ['import', 'api', 'stop_word', 'start_word', 'user_preferences', 'person'] as const;
export type ConsentSource = (typeof consentSources)[number];

/** A value of a custom field. */
export type AttributeValue = string | number | boolean;

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** What may be kept of one author. */
export const authorLimits = {
  nameLength: 200,
  tags: 50,
  tagLength: 50,
  attributes: 50,
  attributeNameLength: 50,
  attributeValueLength: 500,
  evidenceLength: 500,
} as const;

/** How a custom field may be called: what a template's variable can name, in any script. */
export const attributeName = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;

/** What becomes of an author's consent when somebody tells of one. */
export type ConsentVerdict =
  | 'change'
  | 'same'
  /** Who has opted out does not come back because a list says so. */
  | 'withdrawn';

/**
 * Holds what is told against what is known. A withdrawal always counts. Consent that was withdrawn is given again by
 * the person, or by somebody who vouches for this one person; never by a list of many, which may be older.
 */
export function judgeConsent(
  known: Consent,
  told: Exclude<Consent, 'unknown'>,
  { inBulk }: { readonly inBulk: boolean },
): ConsentVerdict {
  if (known === told) return 'same';
  return inBulk && known === 'withdrawn' ? 'withdrawn' : 'change';
}

/** Tags as they are kept: in lower case, without spare spaces, each once, in the order in which they came. */
export function normalTags(tags: readonly string[]): readonly string[] {
  return [...new Set(tags.map((tag) => tag.trim().replaceAll(/\s+/gu, ' ').toLowerCase()))].filter((tag) => tag !== '');
}

/** A language as it is kept, BCP 47: `EN_us` → `en-US`. Null for what is none. */
export function normalLanguage(text: string): string | null {
  try {
    return Intl.getCanonicalLocales(text.trim().replaceAll('_', '-'))[0] ?? null;
  } catch {
    return null;
  }
}
