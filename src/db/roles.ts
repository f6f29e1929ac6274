import { type Kysely, sql } from 'kysely';
import { run } from './migrations/tenant-table.ts';

interface LoginRole {
  readonly name: string;
  readonly password: string;
}

/**
 * Makes the three roles that the policies speak of, where they are missing: the application's, the system's and the
 * no-login one that searches. None may bypass row-level security. On a server whose administrator makes roles, they
 * must exist beforehand (`docs/operations.md`); then this changes nothing and needs no right to create roles.
 */
export async function createRoles(
  db: Kysely<unknown>,
  { app, system }: { app: LoginRole; system: LoginRole },
): Promise<void> {
  if (app.name !== 'chorally_app' || system.name !== 'chorally_system') {
    throw new Error('DATABASE_APP_URL must name the role chorally_app and DATABASE_SYSTEM_URL chorally_system');
  }
  await createRole(db, app.name, `login password ${literal(app.password)}`);
  await createRole(db, system.name, `login password ${literal(system.password)}`);
  await createRole(db, 'chorally_search', 'nologin');
  await run(
    db,
    `grant usage on schema public to chorally_app, chorally_system, chorally_search;
     do $$ begin
       -- To hand it the search function, never to inherit what it may see: every tenant's posts.
       if not pg_has_role(current_user, 'chorally_search', 'set')
          or (pg_has_role(current_user, 'chorally_search', 'usage')
              and not (select rolsuper from pg_roles where rolname = current_user)) then
         execute format('grant chorally_search to %I with inherit false, set true', current_user);
       end if;
     end $$;`,
  );
  await refuseBypass(db);
}

async function createRole(db: Kysely<unknown>, name: string, options: string): Promise<void> {
  const { rows } = await sql`select 1 from pg_roles where rolname = ${name}`.execute(db);
  if (rows.length > 0) return;
  await run(db, `create role ${name} ${options} nosuperuser nocreatedb nocreaterole noinherit`);
}

async function refuseBypass(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ rolname: string }>`
    select rolname from pg_roles
    where rolname in ('chorally_app', 'chorally_system', 'chorally_search') and (rolsuper or rolbypassrls)`.execute(db);
  if (rows.length > 0) {
    throw new Error(`${rows.map((row) => row.rolname).join(', ')} may bypass row-level security; take that right away`);
  }
}

/** Roles cannot be created with bound parameters. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
