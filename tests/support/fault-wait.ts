import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 50;

/**
 * Waits until `probe` answers something else than null and returns that. Servers that are down meanwhile are asked
 * again. Throws with the last thing seen when `withinMs` is over.
 */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | null>,
  { withinMs }: { withinMs: number },
): Promise<T> {
  const deadline = Date.now() + withinMs;
  let lastError: unknown = null;
  for (;;) {
    try {
      const found = await probe();
      if (found !== null) return found;
      lastError = null;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${withinMs / 1_000} s`, lastError === null ? {} : { cause: lastError });
    }
    await sleep(pollMs);
  }
}

/** Waits for an instant in epoch milliseconds. */
export async function until(instant: number): Promise<void> {
  const leftMs = instant - Date.now();
  if (leftMs > 0) await sleep(leftMs);
}
