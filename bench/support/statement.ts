import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import { z } from 'zod';

import type { Database } from '../../src/db/schema.ts';
import type { TenantTransaction } from '../../src/db/tenant.ts';

/** As `pg` takes it: with a name, so that Postgres plans it once per connection, as it does for the API. */
export type Statement = Readonly<{ name: string; text: string; values: unknown[] }>;

/** The one statement that a query of src/db sends, without sending it. */
export async function statementOf(
  name: string,
  query: (db: TenantTransaction) => Promise<unknown>,
): Promise<Statement> {
  const sent: CompiledQuery[] = [];
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
  return { name, text: textOf(first.sql), values: [...first.parameters] };
}

/** A prepared query hands a text with a name through Kysely; see src/db/prepared.ts. */
function textOf(sql: unknown): string {
  if (typeof sql === 'string') return sql;
  return z.object({ text: z.string() }).parse(sql).text;
}
