import { type Kysely, sql } from 'kysely';

/** The tenant that `withTenant` has set, or null: then no row is visible and none can be written. */
export const currentTenant = `(select nullif(current_setting('app.tenant_id', true), '')::uuid)`;

/**
 * Confines a table to the current tenant, its owner included, and lets the application's role work on it.
 * `rights` are the verbs that the application needs; an append-only table gets no `update` or `delete`.
 */
export async function confineToTenant(
  db: Kysely<unknown>,
  table: string,
  { rights = 'select, insert, update, delete', column = 'tenant_id' }: { rights?: string; column?: string } = {},
): Promise<void> {
  await run(
    db,
    `alter table ${table} enable row level security;
     alter table ${table} force row level security;
     create policy tenant on ${table} using (${column} = ${currentTenant});
     grant ${rights} on ${table} to chorally_app;`,
  );
}

/** Runs several statements of migration SQL. */
export async function run(db: Kysely<unknown>, statements: string): Promise<void> {
  await sql.raw(statements).execute(db);
}
