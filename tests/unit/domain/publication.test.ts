import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  leadTimes,
  publicationOutcome,
  repeatsByItself,
  retryWaitMs,
  spreadOf,
} from '../../../src/domain/publication.ts';

const minuteMs = 60_000;

test('preparation ends well before arming, and arming before the slot, for every post', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.integer({ min: 1_000_000_000_000, max: 3_000_000_000_000 }), (id, slot) => {
      const { prepareAt, armAt } = leadTimes(slot, spreadOf(id));
      expect(slot - prepareAt).toBeGreaterThanOrEqual(10 * minuteMs);
      expect(slot - prepareAt).toBeLessThanOrEqual(15 * minuteMs);
      expect(slot - armAt).toBeGreaterThanOrEqual(25_000);
      expect(slot - armAt).toBeLessThanOrEqual(minuteMs);
    }),
  );
});

test('posts of one instant are spread over the time before it', () => {
  const ids = fc.sample(fc.uuid(), 1_000);
  const spreads = ids.map(spreadOf);
  const mean = spreads.reduce((sum, spread) => sum + spread, 0) / spreads.length;
  expect(mean).toBeGreaterThan(0.4);
  expect(mean).toBeLessThan(0.6);
  expect(spreads.every((spread) => spread >= 0 && spread < 1)).toBe(true);
});

test('a post is published when all targets are, failed when none is, else partially published', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('published' as const, 'rejected' as const), { minLength: 1 }), (targets) => {
      const all = targets.every((target) => target === 'published');
      const none = targets.every((target) => target === 'rejected');
      expect(publicationOutcome(targets)).toBe(all ? 'published' : none ? 'failed' : 'partially_published');
    }),
  );
});

test('only a network that refuses duplicates gets an unanswered call again without a person', () => {
  expect(repeatsByItself('facebook')).toBe(false);
  expect(repeatsByItself('instagram')).toBe(true);
  expect(repeatsByItself('linkedin')).toBe(true);
});

test('waits grow and stay under five minutes', () => {
  const waits = Array.from({ length: 40 }, (_, round) => retryWaitMs(round));
  expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  expect(Math.max(...waits)).toBe(5 * minuteMs);
});
