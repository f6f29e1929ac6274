/** The earliest instant, by the network's clock, that a post made after `since` can carry: networks cut to the second. */
export function earliestPublication(since: number): number {
  return Math.floor(since / 1_000) * 1_000;
}
