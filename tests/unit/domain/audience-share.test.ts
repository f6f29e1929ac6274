import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastRanks, quotasOf } from '../../../src/domain/audience-share.ts';

describe('the shares of variants', () => {
  it.each<[readonly number[], number, readonly number[]]>([
    [[50, 50], 101, [51, 50]],
    [[1, 1, 1], 100, [34, 33, 33]],
    [[90, 10], 5, [5, 0]],
    [[1, 2], 0, [0, 0]],
    [[1, 1, 2], 101, [25, 25, 51]],
  ])('%j of %i people are %j', (shares, total, counts) => {
    expect(quotasOf(named(shares), total).map(({ count }) => count)).toEqual(counts);
  });

  it('add up to everybody, each within one person of its part', () => {
    fc.assert(
      fc.property(someShares, fc.integer({ min: 0, max: 5_000_000 }), (shares, total) => {
        const whole = shares.reduce((sum, share) => sum + share, 0);
        const quotas = quotasOf(named(shares), total);
        expect(quotas.reduce((sum, { count }) => sum + count, 0)).toBe(total);
        for (const [index, { count }] of quotas.entries()) {
          expect(Math.abs(count - ((shares[index] ?? 0) / whole) * total)).toBeLessThan(1 + 1e-6);
        }
      }),
    );
  });

  it('do not depend on the order in which variants are named', () => {
    fc.assert(
      fc.property(someShares, fc.nat(10_000), (shares, total) => {
        expect(quotasOf(named(shares).toReversed(), total)).toEqual(quotasOf(named(shares), total));
      }),
    );
  });

  it('are places in one order of ranks, without a gap', () => {
    expect(lastRanks(quotasOf(named([1, 1, 2]), 101))).toEqual([
      { key: 'A', lastRank: 25 },
      { key: 'B', lastRank: 50 },
      { key: 'C', lastRank: 101 },
    ]);
  });
});

const someShares = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 26 });

const named = (shares: readonly number[]) =>
  shares.map((share, index) => ({ key: String.fromCharCode(65 + index), share }));
