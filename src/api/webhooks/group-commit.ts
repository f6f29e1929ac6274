/** Collects what many callers bring at once, so that all of it is done in one go. */
export interface GroupCommit<Item> {
  /** Resolves once the items have been done with, together with those of others; rejects if they could not. */
  take(items: readonly Item[]): Promise<void>;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
}

interface Waiting<Item> {
  readonly items: readonly Item[];
  readonly done: PromiseWithResolvers<void>;
}

/**
 * While one batch is being done the next one gathers, so batches grow with the load and nobody waits for a timer. A
 * batch that fails is done again caller by caller: one whose items cannot be done must not fail the others.
 */
export function groupCommit<Item>({
  maxItems,
  run,
}: {
  readonly maxItems: number;
  run(items: readonly Item[]): Promise<void>;
}): GroupCommit<Item> {
  const queue: Waiting<Item>[] = [];
  let draining: Promise<void> | null = null;

  return {
    take(items) {
      if (items.length === 0) return Promise.resolve();
      const done = Promise.withResolvers<void>();
      queue.push({ items, done });
      draining ??= drain().finally(() => (draining = null));
      return done.promise;
    },
    settled: async () => {
      while (draining !== null) await draining;
    },
  };

  async function drain(): Promise<void> {
    // Whoever comes in the same turn of the event loop comes along.
    await Promise.resolve();
    while (queue.length > 0) await runBatch(nextBatch());
  }

  /** As many callers as fit; one that brings more than fits comes alone. */
  function nextBatch(): Waiting<Item>[] {
    let count = 0;
    const fitting = queue.findIndex(({ items }, index) => {
      count += items.length;
      return index > 0 && count > maxItems;
    });
    return queue.splice(0, fitting < 0 ? queue.length : fitting);
  }

  async function runBatch(batch: readonly Waiting<Item>[]): Promise<void> {
    try {
      await run(batch.flatMap(({ items }) => items));
      for (const { done } of batch) done.resolve();
    } catch (error) {
      const [first, ...others] = batch;
      if (first !== undefined && others.length === 0) first.done.reject(error);
      else for (const waiting of batch) await runBatch([waiting]);
    }
  }
}
