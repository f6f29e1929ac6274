/** How far a network's clock may be behind ours before a post no longer counts as made after an instant. */
const clockSlackMs = 60_000;

/** The earliest instant, by the network's clock, at which a post made after `since` can have appeared. */
export function earliestPublication(since: number): number {
  return since - clockSlackMs;
}
