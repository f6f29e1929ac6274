/** Messages are handed out for at most this long at once, so that a live reply never waits longer for its turn. */
export const blockMs = 200;

/** What campaigns may use of a number's rate; the rest is kept for people who answer people. */
export const campaignShare = 0.9;

/** After the network has said "too fast", the whole limit is back within fifty seconds. */
const recoveryPerSecond = 0.02;

/** Never slower than this: even one message a second finds out whether the network has calmed down. */
export const minRatePerS = 1;

/** How fast a number may send, `sinceHalvedS` after it was told to slow down; climbs back in even steps. */
export function rateNow({
  ratePerS,
  limitPerS,
  sinceHalvedS,
}: {
  readonly ratePerS: number;
  readonly limitPerS: number;
  /** Null: never. */
  readonly sinceHalvedS: number | null;
}): number {
  if (sinceHalvedS === null) return limitPerS;
  return Math.min(limitPerS, Math.max(minRatePerS, ratePerS) + recoveryPerSecond * limitPerS * sinceHalvedS);
}

/** How many messages a campaign is given at once: a block's worth of the number's rate, and of its own, where it has one. */
export function blockSize(ratePerS: number, ownRatePerS: number | null): number {
  const perBlock = (rate: number): number => Math.floor((rate * blockMs) / 1_000);
  const most = perBlock(ratePerS * campaignShare);
  return Math.max(1, ownRatePerS === null ? most : Math.min(most, perBlock(ownRatePerS)));
}
