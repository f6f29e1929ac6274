import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { migrate } from '../db/migrate.ts';
import { createRoles } from '../db/roles.ts';
import { ConfigError, readMigrateConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logging.ts';

/** Makes the roles and brings the schema to its newest version. Repeatable. Run before the API and the workers start. */
async function main(): Promise<void> {
  const config = readMigrateConfig();
  const log = createLogger({ program: 'migrate', level: config.logLevel });
  const pool = new pg.Pool({ connectionString: config.database.ownerUrl, max: 1, connectionTimeoutMillis: 10_000 });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    await createRoles(db, { app: roleOf(config.database.appUrl), system: roleOf(config.database.systemUrl) });
    const ran = await migrate(db);
    log.info({ ran }, ran.length === 0 ? 'the schema is up to date' : 'the schema was migrated');
  } finally {
    await db.destroy();
  }
}

function roleOf(databaseUrl: string): { name: string; password: string } {
  const { username, password } = new URL(databaseUrl);
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) };
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
