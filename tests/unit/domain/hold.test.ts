import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterRelease, type Hold, holdName, holds, passedSlotPolicies } from '../../../src/domain/hold.ts';
import type { ConnectionId } from '../../../src/domain/ids.ts';
import { letGo, type PostProcess } from '../../../src/domain/post.ts';

const now = Date.UTC(2026, 10, 24, 10);
const hourMs = 3_600_000;
const page = 'page' as ConnectionId;
const scheduled: PostProcess = {
  phase: 'scheduled',
  slot: now - 1,
  missedSlot: false,
  cancelled: null,
  publishingNow: null,
  firstCallAt: null,
};
const everyHold: readonly Hold[] = [
  { kind: 'halt' },
  { kind: 'suspension', connectionId: page },
  { kind: 'grant', connectionId: page, problem: 'gone' },
];

test('a stop holds every target, the others those of their connection', () => {
  const other = 'other' as ConnectionId;
  expect(everyHold.map((hold) => [holds(hold, page), holds(hold, other)])).toEqual([
    [true, true],
    [true, false],
    [true, false],
  ]);
  expect(new Set(everyHold.map(holdName)).size).toBe(3);
});

test('a slot that lies ahead is waited for, whatever is said of passed ones', () => {
  fc.assert(
    fc.property(fc.constantFrom(...everyHold), fc.constantFrom(...passedSlotPolicies), fc.nat(), (hold, passed, ms) => {
      expect(afterRelease(hold, { slot: now + 1 + ms, now, passed })).toBe('now');
    }),
  );
});

test('a slot that passed is left to a person, unless the connection is repaired within the hour', () => {
  const [halt, suspension, grant] = everyHold;
  const passed = (hold: Hold | undefined, agoMs: number) =>
    hold && afterRelease(hold, { slot: now - agoMs, now, passed: 'ask' });
  expect([passed(halt, 0), passed(suspension, 0), passed(grant, 0)]).toEqual(['ask', 'ask', 'now']);
  expect([passed(grant, hourMs), passed(grant, hourMs + 1)]).toEqual(['now', 'ask']);
});

test('after a stop nothing that is late goes out by itself: its slot is missed', () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom('ask', 'drop'), (ms, passed) => {
      const after = letGo({ ...scheduled, slot: now - ms }, { passed, slot: null }, now);
      expect(after).toMatchObject({ phase: 'approved', slot: null, missedSlot: true });
    }),
  );
});

test('unless whoever releases it says so: at once, or at another time', () => {
  expect(letGo(scheduled, { passed: 'now', slot: null }, now)).toMatchObject({ phase: 'scheduled', slot: now });
  expect(letGo(scheduled, { passed: 'ask', slot: now + hourMs }, now)).toMatchObject({
    phase: 'scheduled',
    slot: now + hourMs,
  });
  // The message took longer than the new slot was away.
  expect(letGo(scheduled, { passed: 'ask', slot: now - 1 }, now)).toMatchObject({ missedSlot: true });
});

test.each<[string, PostProcess]>([
  ['its slot lies ahead', { ...scheduled, slot: now + 1 }],
  ['it has no slot', { ...scheduled, phase: 'approved', slot: null }],
  ['it is in review', { ...scheduled, phase: 'in_review' }],
  ['it is out already in part', { ...scheduled, phase: 'publishing', firstCallAt: now - 2 }],
])('a release leaves a post as it is when %s', (_case, process) => {
  expect(letGo(process, { passed: 'now', slot: null }, now)).toBeNull();
});
