import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';

import type { Database } from '../../src/db/schema.ts';
import type { TenantTransaction } from '../../src/db/tenant.ts';

export type Statement = Readonly<{ sql: string; parameters: readonly unknown[] }>;

/** The one statement that a query of src/db sends, without sending it. */
export async function statementOf(query: (db: TenantTransaction) => Promise<unknown>): Promise<Statement> {
  const sent: Statement[] = [];
  const db = new Kysely<Database>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (introspected) => new PostgresIntrospector(introspected),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log: (event) => void sent.push(event.query),
  });
  // Queries ask for a transaction only to be sure of the tenant.
  await query(db as TenantTransaction);
  const [first] = sent;
  if (first === undefined || sent.length !== 1) throw new Error(`${sent.length} statements instead of one`);
  return first;
}
