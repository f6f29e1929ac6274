import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 500;

/** Looks until what is seen is as hoped, or the time is over. Returns what was seen last, for a claim about it. */
export async function observe<T>(look: () => Promise<T>, hoped: (seen: T) => boolean, withinMs: number): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (hoped(seen) || Date.now() > deadline) return seen;
    await sleep(pollMs);
  }
}
