import { Context } from '@temporalio/activity';

/** Well within every heartbeat time-out of `activity-options.ts`. */
const everyMs = 2_000;

/** Does the work while telling Temporal that this process is alive, which also lets a cancellation through. */
export async function whileBeating<T>(work: () => Promise<T>): Promise<T> {
  const { heartbeat } = Context.current();
  const beating = setInterval(() => heartbeat(), everyMs);
  try {
    return await work();
  } finally {
    clearInterval(beating);
  }
}
