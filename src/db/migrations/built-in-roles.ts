import { type Kysely, sql } from 'kysely';
import { run } from './tenant-table.ts';

/**
 * Gives permissions that are new to the built-in roles of the tenants that are there already; new tenants get them
 * from `src/domain/permission.ts`. Spelt out in each migration, which must not change when the roles do.
 *
 * Even the owner of the tables sees no tenant's rows; inside the migration's transaction it lifts that for itself.
 */
export async function grantToBuiltInRoles(
  db: Kysely<unknown>,
  rolesByPermission: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  await run(
    db,
    `alter table role no force row level security; alter table role_permission no force row level security;`,
  );
  for (const [permission, keys] of Object.entries(rolesByPermission)) {
    await sql`
      insert into role_permission (tenant_id, role_id, permission)
      select tenant_id, id, ${permission} from role where built_in and key in (${sql.join(keys)})
      on conflict do nothing`.execute(db);
  }
  await run(db, `alter table role force row level security; alter table role_permission force row level security;`);
}
