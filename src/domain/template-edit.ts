import type { TemplateCategory, TemplateStatus } from './template.ts';

/** What decides whether a template may be submitted once more. Instants are epoch milliseconds. */
export interface TemplateStanding {
  readonly status: TemplateStatus;
  /** Whether WhatsApp has ever approved a version. */
  readonly everApproved: boolean;
  /** When approved versions were edited, in any order. */
  readonly editedAt: readonly number[];
  readonly category: TemplateCategory;
}

/** Why a template may not be submitted, or not yet. */
export type SubmitRefusal =
  /** WhatsApp is looking at it, or is through with it. */
  | { readonly code: 'not_editable'; readonly status: TemplateStatus }
  /** An approved template may be edited once in a day and ten times in thirty. */
  | { readonly code: 'edited_too_often'; readonly at: number }
  | { readonly code: 'category_fixed'; readonly category: TemplateCategory };

const dayMs = 24 * 60 * 60_000;
const monthMs = 30 * dayMs;
const editsInMonth = 10;

/** What can be submitted: a draft, and what WhatsApp lets be edited. */
const submittable: ReadonlySet<TemplateStatus> = new Set(['draft', 'approved', 'rejected', 'paused']);

/** What can no longer be changed, not even as a draft. */
const over: ReadonlySet<TemplateStatus> = new Set(['disabled', 'pending_deletion', 'deleted', 'archived']);

/** Why this template may not be submitted with this category now; `null` if it may. */
export function submitRefusal(
  standing: TemplateStanding,
  { category, now }: { readonly category: TemplateCategory; readonly now: number },
): SubmitRefusal | null {
  const { status } = standing;
  if (!submittable.has(status)) return { code: 'not_editable', status };
  const fixed = categoryRefusal(standing, category);
  if (fixed !== null) return fixed;
  const at = status === 'approved' ? editableAgainAt(standing.editedAt, now) : null;
  return at === null ? null : { code: 'edited_too_often', at };
}

/** Why a new local version may not be written; `null` if it may. It may while WhatsApp reviews the one before. */
export function draftRefusal(
  standing: TemplateStanding,
  category: TemplateCategory,
): Extract<SubmitRefusal, { code: 'not_editable' | 'category_fixed' }> | null {
  if (over.has(standing.status)) return { code: 'not_editable', status: standing.status };
  return categoryRefusal(standing, category);
}

function categoryRefusal(
  { everApproved, category: fixed }: TemplateStanding,
  category: TemplateCategory,
): Extract<SubmitRefusal, { code: 'category_fixed' }> | null {
  return everApproved && category !== fixed ? { code: 'category_fixed', category: fixed } : null;
}

/** From when on an approved template may be edited; `null`: now. */
export function editableAgainAt(editedAt: readonly number[], now: number): number | null {
  const recent = editedAt.filter((at) => at > now - monthMs).toSorted((a, b) => b - a);
  const [last] = recent;
  const tenth = recent[editsInMonth - 1];
  const afterDay = last === undefined ? 0 : last + dayMs;
  const afterMonth = tenth === undefined ? 0 : tenth + monthMs;
  const at = Math.max(afterDay, afterMonth);
  return at > now ? at : null;
}

/** The edits that still count, with one more. */
export function withEdit(editedAt: readonly number[], now: number): readonly number[] {
  return [...editedAt.filter((at) => at > now - monthMs), now];
}

/** Until when WhatsApp gives the name of a deleted template to no other one in that language; `null`: it is free. */
export function nameBlockedUntil(
  { everApproved, deletedAt }: { readonly everApproved: boolean; readonly deletedAt: number },
  now: number,
): number | null {
  const until = deletedAt + monthMs;
  return everApproved && until > now ? until : null;
}
