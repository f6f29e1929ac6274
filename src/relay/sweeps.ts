import type { RelayDependencies } from './relay.ts';
import { sweepMails } from '../db/notification-mail.ts';
import { sweepIdempotencyKeys, sweepOutbox } from '../db/sweeps.ts';

const sweepEveryMs = 10 * 60_000;

/** Removes what has served its time: answers kept for repeated requests, messages that were delivered, e-mails. */
export function startSweeps({ system, clock, log }: Pick<RelayDependencies, 'system' | 'clock' | 'log'>): {
  stop(): Promise<void>;
} {
  let running = sweep();
  const timer = setInterval(() => (running = sweep()), sweepEveryMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };

  async function sweep(): Promise<void> {
    try {
      const now = new Date(clock());
      const removed = { keys: await sweepIdempotencyKeys(system, now), messages: await sweepOutbox(system, now) };
      const mails = await sweepMails(system, now);
      log.debug({ ...removed, mails }, 'swept');
      if (mails.expired > 0)
        log.warn({ expired: mails.expired }, 'e-mails could not be sent for days and were given up');
    } catch (error) {
      log.warn({ err: error }, 'a sweep failed; the next one makes up for it');
    }
  }
}
