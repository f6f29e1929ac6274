import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { afterAll, beforeAll } from 'vitest';
import { programVariables } from '../../../dev/environment.ts';
import { testStack } from '../../../dev/stack.ts';
import { connect, type DatabasePool } from '../../../src/db/connect.ts';
import { migrate } from '../../../src/db/migrate.ts';
import { databaseAs } from './stack-databases.ts';

/** A migrated database that no worker of the stack works on, for tests of what claims across tenants. */
export function useOwnDatabase(): {
  readonly owner: Kysely<unknown>;
  readonly app: DatabasePool['db'];
  readonly system: DatabasePool['db'];
  /** Its addresses, for a program. */
  readonly variables: Readonly<Record<'DATABASE_APP_URL' | 'DATABASE_SYSTEM_URL', string>>;
} {
  const server = databaseAs('owner', { max: 1 });
  const name = `own_${randomUUID().replaceAll('-', '')}`;
  const addressOf = (variable: string): string => {
    const url = new URL(programVariables(testStack())[variable] ?? '');
    url.pathname = `/${name}`;
    return url.href;
  };
  const as = (variable: string) =>
    connect(addressOf(variable), { max: 4, onError: () => undefined, applicationName: 'test-own' });
  const owner = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: as('DATABASE_OWNER_URL').pool }) });
  const { db: app } = as('DATABASE_APP_URL');
  const { db: system } = as('DATABASE_SYSTEM_URL');
  beforeAll(async () => {
    await sql`create database ${sql.id(name)}`.execute(server.db);
    await sql`grant usage on schema public to chorally_app, chorally_system, chorally_search`.execute(owner);
    await migrate(owner);
  });
  afterAll(async () => {
    await Promise.all([owner.destroy(), app.destroy(), system.destroy()]);
    await untilDeserted(server.db, name);
    await sql`drop database ${sql.id(name)}`.execute(server.db);
  });
  const variables = {
    DATABASE_APP_URL: addressOf('DATABASE_APP_URL'),
    DATABASE_SYSTEM_URL: addressOf('DATABASE_SYSTEM_URL'),
  };
  return { owner, app, system, variables };
}

/** A connection is gone a moment after it was closed; the owner may not end those of other roles. */
async function untilDeserted(db: DatabasePool['db'], name: string): Promise<void> {
  for (;;) {
    const { rows } = await sql`select 1 from pg_stat_activity where datname = ${name}`.execute(db);
    if (rows.length === 0) return;
    await pause(20);
  }
}
