import pg from 'pg';
import type { Logger } from 'pino';

const reconnectAfterMs = 1_000;

/**
 * Listens on a Postgres channel, on a connection of its own, and connects again whenever it breaks. `onNotify` is told
 * what a notification carries; null after every connect, since notifications sent meanwhile are lost: anything may have
 * happened.
 */
export function listen({
  url,
  channel,
  onNotify,
  log,
}: {
  url: string;
  channel: string;
  onNotify: (payload: string | null) => void;
  log: Logger;
}): { stop(): Promise<void> } {
  let stopped = false;
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | null = null;

  connect();
  return {
    async stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await client?.end();
    },
  };

  function connect(): void {
    const mine = new pg.Client({ connectionString: url, application_name: 'chorally-listen', keepAlive: true });
    client = mine;
    mine.on('notification', ({ payload }) => onNotify(payload ?? null));
    mine.on('error', () => again(mine));
    mine.on('end', () => again(mine));
    mine
      .connect()
      .then(() => mine.query(`listen ${mine.escapeIdentifier(channel)}`))
      .then(() => onNotify(null))
      .catch((error: unknown) => {
        log.warn({ err: error }, 'cannot listen yet');
        again(mine);
      });
  }

  function again(broken: pg.Client): void {
    if (stopped || client !== broken) return;
    client = null;
    broken.end().catch((error: unknown) => log.debug({ err: error }, 'a broken listener did not end cleanly'));
    timer = setTimeout(connect, reconnectAfterMs);
  }
}
