/** So many messages are remembered: a second delivery comes soon after the first, and one too many is only a look. */
const memory = 20;

/** Tells of each message whether it is heard for the first time, as far as it remembers. */
export function recentlyHeard(before: readonly string[]) {
  const heard = new Set(before);
  return {
    isNew(outboxId: string): boolean {
      if (heard.has(outboxId)) return false;
      heard.add(outboxId);
      const [oldest] = heard;
      if (heard.size > memory && oldest !== undefined) heard.delete(oldest);
      return true;
    },
    all: (): readonly string[] => [...heard],
  };
}
