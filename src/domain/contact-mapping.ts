import type { Consent } from './author.ts';
import type { ContactImportId, TenantId } from './ids.ts';

/** What the columns of a file of contacts hold, by their names in its first line. */
export interface ContactMapping {
  readonly phone: string;
  readonly name: string | null;
  readonly country: string | null;
  readonly language: string | null;
  readonly timeZone: string | null;
  /** A column whose cells hold tags, separated by commas or semicolons. */
  readonly tags: string | null;
  /** Custom fields, each with its column. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly consent: ConsentMapping | null;
  /** Put on every contact of the file. */
  readonly addTags: readonly string[];
  /** Where numbers without a country code belong, ISO 3166. */
  readonly defaultCountry: string | null;
}

/** Who of a file has agreed: all of it, or whoever a column says so of. Cells are compared in any case. */
export type ConsentMapping =
  | { readonly kind: 'everybody'; readonly evidence: string }
  | {
      readonly kind: 'column';
      readonly column: string;
      readonly grantedBy: readonly string[];
      readonly withdrawnBy: readonly string[];
      readonly evidence: string;
    };

/** The columns that a mapping names. */
export function columnsOf(mapping: ContactMapping): readonly string[] {
  const { phone, name, country, language, timeZone, tags, attributes, consent } = mapping;
  const named = [phone, name, country, language, timeZone, tags, ...Object.values(attributes)];
  return [...named, consent?.kind === 'column' ? consent.column : null].filter((column) => column !== null);
}

/** What a cell says of consent; null: nothing. */
export function consentIn(mapping: ConsentMapping | null, cell: string): Exclude<Consent, 'unknown'> | null {
  if (mapping === null) return null;
  if (mapping.kind === 'everybody') return 'granted';
  const said = cell.trim().toLowerCase();
  const among = (words: readonly string[]): boolean => words.some((word) => word.trim().toLowerCase() === said);
  if (among(mapping.withdrawnBy)) return 'withdrawn';
  return among(mapping.grantedBy) ? 'granted' : null;
}

/** How large a file may be, and what it is read in. */
export const importLimits = { bytes: 100 * 1024 * 1024, rows: 1_000_000, chunk: 1_000 } as const;

export const importStates = ['uploaded', 'running', 'done', 'failed', 'cancelled'] as const;
export type ImportState = (typeof importStates)[number];

/** Why a file could not be read to its end. */
export type ImportFailure = 'not_utf8' | 'not_csv' | 'column_missing' | 'too_many_rows' | 'file_missing';

/** What the process of an import is started with. */
export interface ContactImportInput {
  readonly v: 1;
  readonly tenantId: TenantId;
  readonly importId: ContactImportId;
}

export function contactImportWorkflowId({ tenantId, importId }: Omit<ContactImportInput, 'v'>): string {
  return `tenant/${tenantId}/contact-import/${importId}`;
}
