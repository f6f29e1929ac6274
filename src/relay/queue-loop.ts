import type { Logger } from 'pino';
import { listen } from '../db/listen.ts';
import { newBell } from '../platform/bell.ts';

/** Notifications can be lost with their connection; the sweep finds what they would have told. */
const sweepEveryMs = 3_000;

export interface QueueLoop {
  /** Ends after what is in hand. */
  stop(): Promise<void>;
}

/**
 * Works a queue in Postgres off, woken by `notify` on `channel` and by a sweep. `round` claims at most `batch` rows,
 * finishes them and returns how many there were; after a full batch the next follows at once. It never throws.
 */
export function startQueueLoop({
  systemUrl,
  channel,
  batch,
  round,
  log,
}: {
  /** Where to listen; a connection of its own that no transaction pooler stands before. */
  systemUrl: string;
  channel: string;
  batch: number;
  round: () => Promise<number>;
  log: Logger;
}): QueueLoop {
  const bell = newBell();
  const listening = listen({ url: systemUrl, channel, onNotify: bell.ring, log });
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      const done = await round();
      if (done < batch && !stopped) await bell.rung(sweepEveryMs);
    }
  })();
  return {
    async stop() {
      stopped = true;
      bell.ring();
      await Promise.all([running, listening.stop()]);
    },
  };
}
