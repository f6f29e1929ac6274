import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Database } from './schema.ts';

export interface DatabasePool {
  readonly db: Kysely<Database>;
  readonly pool: pg.Pool;
}

/**
 * A pool of connections to Postgres. `onError` hears of idle connections that broke (a restart of the server): the
 * pool replaces them by itself.
 */
export function connect(
  url: string,
  { max, onError, applicationName }: { max: number; onError: (error: Error) => void; applicationName: string },
): DatabasePool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    application_name: applicationName,
  });
  pool.on('error', onError);
  // The pool listens to idle connections only. One that breaks between two statements of a transaction would end the
  // process; its next statement fails anyway.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return { db: new Kysely<Database>({ dialect: new PostgresDialect({ pool }) }), pool };
}
