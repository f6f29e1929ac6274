import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  draftRefusal,
  editableAgainAt,
  nameBlockedUntil,
  submitRefusal,
  type TemplateStanding,
  withEdit,
} from '../../../src/domain/template-edit.ts';
import { templateStatuses } from '../../../src/domain/template.ts';

const hour = 3_600_000;
const day = 24 * hour;
const now = 1_800_000_000_000;
const standing: TemplateStanding = { status: 'approved', everApproved: true, editedAt: [], category: 'utility' };
const submit = (change: Partial<TemplateStanding>, category = standing.category) =>
  submitRefusal({ ...standing, ...change }, { category, now });

describe('submitting', () => {
  it('is for drafts and for what is approved, rejected or paused', () => {
    const allowed = templateStatuses.filter((status) => submit({ status }) === null);
    expect(allowed).toEqual(['draft', 'approved', 'rejected', 'paused']);
    expect(submit({ status: 'pending' })).toEqual({ code: 'not_editable', status: 'pending' });
  });

  it('is once in a day for what is approved, and as often as wanted for what is not', () => {
    const editedAt = [now - 23 * hour];
    expect(submit({ editedAt })).toEqual({ code: 'edited_too_often', at: now + hour });
    expect(submit({ editedAt, status: 'rejected' })).toBeNull();
    expect(submit({ editedAt: [now - day] })).toBeNull();
  });

  it('is ten times in thirty days', () => {
    const editedAt = Array.from({ length: 10 }, (_, index) => now - (index + 2) * day);
    expect(submit({ editedAt })).toEqual({ code: 'edited_too_often', at: now + 19 * day });
    expect(submit({ editedAt: editedAt.slice(1) })).toBeNull();
  });

  it('leaves the category of what was ever approved', () => {
    expect(submit({ status: 'paused' }, 'marketing')).toEqual({ code: 'category_fixed', category: 'utility' });
    expect(submit({ status: 'rejected', everApproved: false }, 'marketing')).toBeNull();
  });

  it('is allowed again exactly at the instant that was told, whatever was edited before', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 * day }), { maxLength: 30 }), (ages) => {
        const editedAt = ages.map((age) => now - age);
        const at = editableAgainAt(editedAt, now);
        if (at === null) return;
        expect(editableAgainAt(editedAt, at - 1)).not.toBeNull();
        expect(editableAgainAt(editedAt, at)).toBeNull();
      }),
    );
  });

  it('never happens more than ten times in any thirty days, nor twice in a day', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: hour, max: 3 * day }), { maxLength: 60 }), (gaps) => {
        let [clock, kept] = [now, [] as readonly number[]];
        const all: number[] = [];
        for (const gap of gaps) {
          clock += gap;
          if (editableAgainAt(kept, clock) !== null) continue;
          kept = withEdit(kept, clock);
          all.push(clock);
        }
        for (const at of all) {
          expect(all.filter((other) => other > at - 30 * day && other <= at).length).toBeLessThanOrEqual(10);
          expect(all.filter((other) => other > at - day && other <= at)).toEqual([at]);
        }
      }),
    );
  });
});

describe('drafting', () => {
  it('goes on during a review, and ends with the template', () => {
    const allowed = templateStatuses.filter((status) => draftRefusal({ ...standing, status }, 'utility') === null);
    expect(templateStatuses.filter((status) => !allowed.includes(status))).toEqual([
      'disabled',
      'archived',
      'pending_deletion',
      'deleted',
    ]);
  });
});

describe('the name of a deleted template', () => {
  it('is blocked for thirty days if it had been approved', () => {
    const deletedAt = now - 29 * day;
    expect(nameBlockedUntil({ everApproved: true, deletedAt }, now)).toBe(now + day);
    expect(nameBlockedUntil({ everApproved: true, deletedAt }, now + day)).toBeNull();
    expect(nameBlockedUntil({ everApproved: false, deletedAt }, now)).toBeNull();
  });
});
