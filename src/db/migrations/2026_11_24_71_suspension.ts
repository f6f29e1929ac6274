import type { Kysely } from 'kysely';
import { grantToBuiltInRoles } from './built-in-roles.ts';
import { run } from './tenant-table.ts';

/** A connection that a person has suspended: it works, and nothing goes out through it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    alter table connection
      add column suspended_at timestamptz,
      add column suspended_by uuid,
      add foreign key (tenant_id, suspended_by) references tenant_member (tenant_id, user_id);
    `,
  );
  await grantToBuiltInRoles(db, { 'connection.write': ['tenant_admin'] });
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(db, `alter table connection drop column suspended_at, drop column suspended_by;`);
}
