import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockMs, blockSize, campaignShare, rateNow } from '../../../src/domain/sender-rate.ts';

const limit = fc.integer({ min: 1, max: 1_000 });

test('a rate that was halved climbs back evenly, and never beyond the limit', () => {
  fc.assert(
    fc.property(limit, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(200), (limitPerS, share, sinceHalvedS) => {
      const at = (s: number) => rateNow({ ratePerS: limitPerS * share, limitPerS, sinceHalvedS: s });
      expect(at(sinceHalvedS + 1)).toBeGreaterThanOrEqual(at(sinceHalvedS));
      expect(at(sinceHalvedS)).toBeLessThanOrEqual(limitPerS);
    }),
  );
  expect(rateNow({ ratePerS: 40, limitPerS: 80, sinceHalvedS: 0 })).toBe(40);
  expect(rateNow({ ratePerS: 40, limitPerS: 80, sinceHalvedS: 25 })).toBe(80);
});

test('a block lasts 200 ms at most, or is one message, and leaves a tenth to live replies', () => {
  fc.assert(
    fc.property(limit, (ratePerS) => {
      const count = blockSize(ratePerS, null);
      expect(count === 1 || (count / (ratePerS * campaignShare)) * 1_000 <= blockMs).toBe(true);
    }),
  );
  expect(blockSize(80, null)).toBe(14);
  expect(blockSize(1_000, null)).toBe(180);
});

test('a campaign with a rate of its own takes no more than that', () => {
  expect(blockSize(1_000, 50)).toBe(10);
  expect(blockSize(1_000, 1)).toBe(1);
});
