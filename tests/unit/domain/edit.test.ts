import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EditFacts, ruleOnEdit } from '../../../src/domain/edit.ts';
import type { UserId } from '../../../src/domain/ids.ts';
import type { PostProcess } from '../../../src/domain/post.ts';

const now = Date.UTC(2026, 10, 24, 10);
const open = { slot: now, missedSlot: false, cancelled: null, publishingNow: null, firstCallAt: null } as const;

test.each([
  ['in_review', false, 'same', 'keep'],
  ['in_review', false, 'other', 'keep'],
  ['in_review', true, 'same', 'reopen'],
  ['in_review', true, 'none', 'reopen'],
  ['in_review', true, 'other', 'replace'],
  ['approved', false, 'other', 'keep'],
  ['approved', true, 'other', 'review'],
  ['approved', true, 'none', 'keep'],
  ['scheduled', false, 'other', 'keep'],
  ['scheduled', true, 'other', 'review'],
  ['scheduled', true, 'same', 'review'],
  ['scheduled', true, 'none', 'keep'],
] as const)('%s, changed: %s, policy: %s → %s', (phase, changed, policy, effect) => {
  expect(ruleOnEdit({ ...open, phase }, { changed, policy })).toEqual({ kind: 'accepted', effect });
});

const facts: fc.Arbitrary<EditFacts> = fc.record({
  changed: fc.boolean(),
  policy: fc.constantFrom('none', 'same', 'other'),
});
const phases = fc.constantFrom<PostProcess['phase']>('in_review', 'approved', 'scheduled', 'publishing', 'settled');

test('once the first call has begun every edit is too late, and says since when', () => {
  fc.assert(
    fc.property(phases, facts, (phase, edit) => {
      const refusal = { code: 'too_late', at: now };
      expect(ruleOnEdit({ ...open, phase, firstCallAt: now }, edit)).toEqual({ kind: 'refused', refusal });
    }),
  );
});

test('changed content never goes out under votes on what it was', () => {
  fc.assert(
    fc.property(phases, facts, (phase, edit) => {
      const ruling = ruleOnEdit({ ...open, phase }, edit);
      const bound = phase === 'in_review' || edit.policy !== 'none';
      if (ruling.kind === 'accepted' && edit.changed && bound) expect(ruling.effect).not.toBe('keep');
    }),
  );
});

test('a cancelled post, or one that is sent at once, says who came first', () => {
  const by = 'elena' as UserId;
  const cancelled = { ...open, phase: 'settled', cancelled: { by, at: now } } as const;
  expect(ruleOnEdit(cancelled, { changed: true, policy: 'none' })).toMatchObject({
    refusal: { code: 'already_cancelled', by },
  });
  const sent = { ...open, phase: 'scheduled', publishingNow: { by, at: now } } as const;
  expect(ruleOnEdit(sent, { changed: true, policy: 'none' })).toMatchObject({
    refusal: { code: 'already_publishing', by },
  });
});
