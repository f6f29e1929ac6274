export type Report = (line: string) => void;

const remindEveryMs = 10_000;

/** Steps that go on side by side; each is reported when it is done, and those that take long are named meanwhile. */
export type Steps = Readonly<{
  run: (name: string, work: () => Promise<void>) => Promise<void>;
  /** Waits for all, so that nothing is started behind a complaint's back, then throws the first failure. */
  settle: (steps: readonly Promise<unknown>[]) => Promise<void>;
}>;

export function trackSteps(report: Report): Steps {
  const open = new Map<string, number>();
  const seconds = (startedAt: number) => ((Date.now() - startedAt) / 1_000).toFixed(1);
  return {
    run: async (name, work) => {
      const startedAt = Date.now();
      open.set(name, startedAt);
      try {
        await work();
        report(`${name} (${seconds(startedAt)} s)`);
      } finally {
        open.delete(name);
      }
    },
    settle: async (steps) => {
      const remind = () => report(`… ${[...open].map(([name, at]) => `${name}, ${seconds(at)} s so far`).join('; ')}`);
      const reminder = setInterval(remind, remindEveryMs);
      const outcomes = await Promise.allSettled(steps);
      clearInterval(reminder);
      const failure = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failure !== undefined) throw failure.reason;
    },
  };
}
