import { afterAll } from 'vitest';
import { programVariables } from '../../../dev/environment.ts';
import { testStack } from '../../../dev/stack.ts';
import { connect, type DatabasePool } from '../../../src/db/connect.ts';

const variables = { app: 'DATABASE_APP_URL', system: 'DATABASE_SYSTEM_URL', owner: 'DATABASE_OWNER_URL' } as const;

/** A pool on the test stack's database as one of its roles; closed after the file's last test. */
export function databaseAs(role: keyof typeof variables, { max = 4 }: { max?: number } = {}): DatabasePool {
  const url = String(programVariables(testStack())[variables[role]]);
  const database = connect(url, { max, onError: () => undefined, applicationName: `test-db-${role}` });
  afterAll(() => database.db.destroy());
  return database;
}
