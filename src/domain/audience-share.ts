/** A variant and its part of the whole. Parts need not add up to a hundred. */
export interface Share {
  readonly key: string;
  readonly share: number;
}

export interface Quota {
  readonly key: string;
  readonly count: number;
}

/**
 * How many of `total` people each variant gets: whole numbers that add up, by the largest remainder. Of equal remainders
 * the first in the order of keys wins, so that the same shares always give the same quotas.
 */
export function quotasOf(shares: readonly Share[], total: number): readonly Quota[] {
  const ordered = shares.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const whole = ordered.reduce((sum, { share }) => sum + BigInt(share), 0n);
  if (whole === 0n) return [];
  // Remainders are compared exactly: a share may be any integer, and a double would round it.
  const parts = ordered.map(({ key, share }) => {
    const product = BigInt(share) * BigInt(total);
    return { key, count: Number(product / whole), remainder: product % whole };
  });
  const left = total - parts.reduce((sum, { count }) => sum + count, 0);
  const favoured = new Set(
    parts
      .toSorted((a, b) => (a.remainder === b.remainder ? (a.key < b.key ? -1 : 1) : a.remainder > b.remainder ? -1 : 1))
      .slice(0, left)
      .map(({ key }) => key),
  );
  return parts.map(({ key, count }) => ({ key, count: count + (favoured.has(key) ? 1 : 0) }));
}

/**
 * The last rank of each variant, when people are ranked from 1 by a hash of who they are: a person's variant depends on
 * nothing but the audience, and the audience splits exactly.
 */
export function lastRanks(quotas: readonly Quota[]): readonly { readonly key: string; readonly lastRank: number }[] {
  let lastRank = 0;
  return quotas.map(({ key, count }) => {
    lastRank += count;
    return { key, lastRank };
  });
}
