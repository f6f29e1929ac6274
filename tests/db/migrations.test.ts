import { randomUUID } from 'node:crypto';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { readMigrateConfig } from '../../src/platform/config.ts';
import { programVariables } from '../../dev/environment.ts';
import { testStack } from '../../dev/stack.ts';
import { selectMediaFacts } from '../../src/db/media.ts';
import { migrate } from '../../src/db/migrate.ts';
import * as mediaKinds from '../../src/db/migrations/2026_11_24_50_media_kinds.ts';
import type { Database } from '../../src/db/schema.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import { grantToBuiltInRoles } from '../../src/db/migrations/built-in-roles.ts';
import { insertRows, oneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

test('the schema goes up, down without a trace, and up again to the same', async () => {
  const db = await scratchDatabase();
  const ran = await migrate(db);
  const first = await describe(db);
  expect(ran.length).toBeGreaterThan(0);
  expect(await migrate(db)).toEqual([]);

  await migrate(db, 'down');
  expect(await describe(db)).toEqual([]);
  await migrate(db);
  expect(await describe(db)).toEqual(first);
});

test('a new permission reaches the built-in roles of every tenant that is there, and no others', async () => {
  const db = await scratchDatabase();
  await migrate(db);
  const tenants = [randomUUID(), randomUUID()];
  for (const tenant of tenants) await insertRoles(db, tenant);
  const granting = () =>
    db.transaction().execute((trx) => grantToBuiltInRoles(trx, { 'sky.see': ['editor', 'agent'] }));
  await granting();
  await granting();
  for (const tenant of tenants) expect(await holdersOf(db, 'sky.see', tenant)).toEqual(['agent', 'editor']);
  // The owner is confined again.
  expect(await holdersOf(db, 'sky.see', randomUUID())).toEqual([]);
});

/** Three built-in roles and one of the tenant's own. */
async function insertRoles(db: Kysely<unknown>, tenant: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`select set_config('app.tenant_id', ${tenant}, true)`.execute(trx);
    await sql`insert into tenant values (${tenant}, ${`t-${tenant}`}, 'Prova', 'it', 'Europe/Rome', now())`.execute(
      trx,
    );
    await sql`
      insert into role (tenant_id, id, key, name, built_in)
      select ${tenant}, gen_random_uuid(), key, key, key <> 'own'
      from unnest(array['editor', 'agent', 'viewer', 'own']) as key`.execute(trx);
  });
}

function holdersOf(db: Kysely<unknown>, permission: string, tenant: string): Promise<string[]> {
  return db.transaction().execute(async (trx) => {
    await sql`select set_config('app.tenant_id', ${tenant}, true)`.execute(trx);
    const { rows } = await sql<{ key: string }>`
      select key from role_permission join role on role.id = role_id
      where permission = ${permission} order by key`.execute(trx);
    return rows.map(({ key }) => key);
  });
}

test('images from before there were other kinds stay images, and their files are known', async () => {
  const scratch = await scratchDatabase();
  const db = scratch as unknown as Kysely<Database>;
  await migrate(scratch);
  const rows = oneRowPerTable();
  const inTenant = <T>(work: (trx: TenantTransaction) => Promise<T>) => withTenant(db, rows.tenant.id, work);
  await inTenant((trx) => insertRows(trx, rows));
  await mediaKinds.down(scratch);
  await mediaKinds.up(scratch);
  const { id: mediaId, sha256 } = rows.media;
  expect(await inTenant((trx) => selectMediaFacts(trx, [mediaId]))).toMatchObject(
    new Map([[mediaId, { original: { kind: 'image', frames: 1, sha256 }, jpeg: { kind: 'image', frames: 1 } }]]),
  );
  const known = await inTenant((trx) => trx.selectFrom('stored_file').select('sha256').execute());
  expect(known).toEqual([{ sha256 }]);
});

test('the release before this one goes on naming files that it has not claimed', async () => {
  const { db } = databaseAs('app');
  const rows = oneRowPerTable();
  const { kind: _kind, frames: _frames, ...media } = rows.media;
  await withTenant(db, rows.tenant.id, async (trx) => {
    await insertRows(trx, rows);
    const old = { ...media, id: randomUUID(), sha256: 'c'.repeat(64) };
    await trx
      .insertInto('media')
      .values(old as never)
      .execute();
    const found = await trx
      .selectFrom('stored_file')
      .select('sha256')
      .where('sha256', '=', old.sha256 as never)
      .execute();
    expect(found).toHaveLength(1);
  });
});

/** Tables, functions and policies, apart from those of Kysely and of extensions. */
async function describe(db: Kysely<unknown>): Promise<readonly string[]> {
  const { rows } = await sql<{ what: string }>`
    select 'table ' || relname as what from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'i') and relname not like 'kysely_%'
    union all
    select 'policy ' || tablename || ' ' || policyname from pg_policies where schemaname = 'public'
    union all
    select 'function ' || proname from pg_proc
    where pronamespace = 'public'::regnamespace
      and not exists (select 1 from pg_depend where objid = pg_proc.oid and deptype = 'e')
    order by 1`.execute(db);
  return rows.map(({ what }) => what);
}

async function scratchDatabase(): Promise<Kysely<unknown>> {
  const name = `scratch_${randomUUID().replaceAll('-', '')}`;
  const owner = databaseAs('owner');
  await sql`create database ${sql.id(name)}`.execute(owner.db);
  const url = new URL(readMigrateConfig(programVariables(testStack())).database.ownerUrl);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 1 });
  // The forced drop below may reach the connection before its own end does.
  pool.on('error', () => undefined);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  onTestFinished(async () => {
    await db.destroy();
    await sql`drop database ${sql.id(name)} with (force)`.execute(owner.db);
  });
  await sql`grant usage on schema public to chorally_app, chorally_system, chorally_search`.execute(db);
  return db;
}
