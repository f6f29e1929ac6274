import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/schema.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

type Table = keyof Database;

const aurora = oneRowPerTable();
const lariana = oneRowPerTable();
const tables = Object.keys(aurora) as Table[];

/** Tables that the vendor's own role works on across tenants, to claim and to sweep. */
const queueTables: readonly Table[] = ['process_outbox', 'idempotency_key', 'notification_mail', 'connection_duty'];

const app = databaseAs('app');
const system = databaseAs('system');
const owner = databaseAs('owner');
const small = databaseAs('app', { max: 3 });

beforeAll(async () => {
  for (const rows of [aurora, lariana]) await withTenant(app.db, idOf(rows), (trx) => insertRows(trx, rows));
});

describe('every table belongs to a tenant', () => {
  it('holds all tables of the database: none escapes these tests', async () => {
    const { rows } = await sql<{ name: string }>`
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
        and relname not like 'kysely_%'`.execute(owner.db);
    expect(rows.map(({ name }) => name).toSorted()).toEqual(tables.toSorted());
  });

  it.each(tables)('forces row-level security on %s, its owner included', async (table) => {
    const { rows } = await sql`
      select relrowsecurity as enabled, relforcerowsecurity as forced from pg_class
      where oid = ${table}::regclass`.execute(owner.db);
    expect(rows).toEqual([{ enabled: true, forced: true }]);
  });

  it('has no other policy than its tenant’s, but for the queues, the search and the list of tenants', async () => {
    const { rows } = await sql<{ table: Table; name: string; roles: string }>`
      select tablename as table, policyname as name, roles::text as roles from pg_policies
      where schemaname = 'public' and policyname <> 'tenant' order by 1, 2`.execute(owner.db);
    expect(rows).toEqual([
      { table: 'admin_profile', name: 'search', roles: '{chorally_search}' },
      { table: 'connection', name: 'search', roles: '{chorally_search}' },
      { table: 'connection_authorization', name: 'sweep', roles: '{chorally_system}' },
      { table: 'connection_duty', name: 'slice', roles: '{chorally_system}' },
      { table: 'connection_watch', name: 'search', roles: '{chorally_search}' },
      { table: 'idempotency_key', name: 'sweep', roles: '{chorally_system}' },
      { table: 'notification_mail', name: 'relay', roles: '{chorally_system}' },
      { table: 'post', name: 'search', roles: '{chorally_search}' },
      { table: 'post_revision', name: 'search', roles: '{chorally_search}' },
      { table: 'post_target', name: 'search', roles: '{chorally_search}' },
      { table: 'process_outbox', name: 'relay', roles: '{chorally_system}' },
      { table: 'tenant', name: 'sweep', roles: '{chorally_system}' },
    ]);
  });

  it('keeps partitions, which have no policy of their own, out of reach', async () => {
    const { rows } = await sql`
      select relname from pg_class
      where relispartition and relkind = 'r'
        and has_table_privilege('chorally_app', oid, 'select, insert, update, delete')`.execute(owner.db);
    expect(rows).toEqual([]);
  });
});

describe('without a tenant', () => {
  it.each(tables)('shows and changes no row of %s', async (table) => {
    expect(await everythingIn(app.db, table)).toEqual([]);
    expect(await changed(app.db, table, sql`true`)).toBe(0);
  });

  it.each(tables)('shows the owner no row of %s either', async (table) => {
    expect(await everythingIn(owner.db, table)).toEqual([]);
  });

  it.each(tables)('writes no row to %s', async (table) => {
    await expect(copyInto(app.db, table, await stored(aurora, table))).rejects.toThrow(/row-level security/);
  });
});

describe('with another tenant', () => {
  it.each(tables)('shows and changes no row of %s', async (table) => {
    const tenant = columnOf(table);
    await withTenant(app.db, idOf(lariana), async (trx) => {
      const seen = await everythingIn(trx, table);
      expect(new Set(seen.map((row) => row[tenant]))).toEqual(new Set([idOf(lariana)]));
      expect(await changed(trx, table, sql`${sql.ref(tenant)} = ${idOf(aurora)}`)).toBe(0);
    });
  });

  it.each(tables)('writes no row of the first to %s', async (table) => {
    const row = await stored(aurora, table);
    const foreign = withTenant(app.db, idOf(lariana), (trx) => copyInto(trx, table, row));
    await expect(foreign).rejects.toThrow(/row-level security/);
  });

  it.each(tables)('hands no row of %s over to the first', async (table) => {
    const refusal = (await mayUpdate(table)) ? /row-level security/ : /permission denied/;
    const handOver = withTenant(app.db, idOf(lariana), (trx) =>
      sql`update ${sql.table(table)} set ${sql.ref(columnOf(table))} = ${idOf(aurora)}`.execute(trx),
    );
    await expect(handOver).rejects.toThrow(refusal);
  });

  it('finds none of its posts by their text', async () => {
    const search = sql<{ id: string }>`select search_post('%zucca%', null, null) as id`;
    expect((await search.execute(app.db)).rows).toEqual([]);
    const { rows } = await withTenant(app.db, idOf(lariana), (trx) => search.execute(trx));
    expect(rows).toEqual([{ id: lariana.post.id }]);
  });
});

describe('references', () => {
  it('carry the tenant, so that no row can point into another', async () => {
    const { rows } = await sql`
      select conrelid::regclass::text as table, conname as name from pg_constraint foreign_key
      where contype = 'f' and connamespace = 'public'::regnamespace and confrelid <> 'tenant'::regclass
        and not exists (
          select 1 from unnest(conkey, confkey) as pair (here, there)
          join pg_attribute ours on ours.attrelid = conrelid and ours.attnum = pair.here
          join pg_attribute theirs on theirs.attrelid = confrelid and theirs.attnum = pair.there
          where ours.attname = 'tenant_id' and theirs.attname = 'tenant_id')`.execute(owner.db);
    expect(rows).toEqual([]);
  });

  it.each([
    ['post_target', 'connection_id', aurora.connection.id],
    ['media_rendition', 'media_id', aurora.media.id],
    ['member_role', 'role_id', aurora.role.id],
    ['group_member', 'user_id', aurora.tenant_member.user_id],
    ['approval_approver', 'user_id', aurora.tenant_member.user_id],
    ['connection', 'approval_policy_id', aurora.approval_policy.id],
  ] as const)('of %s do not take another tenant’s %s', async (table, column, id) => {
    const steal = withTenant(app.db, idOf(lariana), (trx) =>
      sql`update ${sql.table(table)} set ${sql.ref(column)} = ${id}`.execute(trx),
    );
    await expect(steal).rejects.toMatchObject({ code: foreignKeyViolation });
  });
});

describe('roles', () => {
  it.each(['chorally_app', 'chorally_system', 'chorally_search'])(
    '%s cannot bypass and owns no table',
    async (role) => {
      const { rows } = await sql`
      select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
        (select count(*)::int from pg_class where relowner = role.oid and relkind in ('r', 'p')) as tables,
        (select count(*)::int from pg_auth_members where member = role.oid) as memberships
      from pg_roles role where rolname = ${role}`.execute(owner.db);
      const none = { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false };
      expect(rows).toEqual([{ ...none, tables: 0, memberships: 0 }]);
    },
  );

  it('cannot be changed from the application’s to another', async () => {
    for (const role of ['chorally_owner', 'chorally_system', 'chorally_search']) {
      await expect(sql`set role ${sql.ref(role)}`.execute(app.db)).rejects.toMatchObject({ code: denied });
    }
    await expect(sql`set row_security = off; select * from post`.execute(app.db)).rejects.toMatchObject({
      code: denied,
    });
  });

  it.each(tables.filter((table) => !queueTables.includes(table)))(
    'chorally_system does not reach %s',
    async (table) => {
      await expect(everythingIn(system.db, table)).rejects.toMatchObject({ code: denied });
    },
  );

  it('chorally_system sees of a tenant that it exists, and nothing else', async () => {
    const { rows } = await sql<{ id: TenantId }>`select id from tenant`.execute(system.db);
    expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining([idOf(aurora), idOf(lariana)]));
    await expect(sql`select name from tenant`.execute(system.db)).rejects.toMatchObject({ code: denied });
    await expect(sql`select slug from tenant`.execute(system.db)).rejects.toMatchObject({ code: denied });
  });

  it('chorally_system does not read the answers that are kept for repeats', async () => {
    const read = sql`select answer from idempotency_key`.execute(system.db);
    await expect(read).rejects.toMatchObject({ code: denied });
  });
});

describe('a pool that tenants share', () => {
  it('leaks nothing over 200 interleaved transactions, failed ones included', async () => {
    const strays = await Promise.all(
      Array.from({ length: 200 }, (_, index) => visit(small.db, index % 2 === 0 ? aurora : lariana, index)),
    );
    expect(strays.flat()).toEqual([]);
  });
});

/** One transaction of a tenant and one query without any, on whatever connection is free; the rows it should not see. */
async function visit(db: Kysely<Database>, rows: OneRowPerTable, index: number): Promise<unknown[]> {
  const broken = index % 5 === 0;
  const seen: Record<string, unknown>[] = [];
  const visited = withTenant(db, idOf(rows), async (trx) => {
    seen.push(...(await everythingIn(trx, 'post')));
    if (broken) throw new Error('broken off');
    await sql`select pg_sleep(0.002)`.execute(trx);
    seen.push(...(await everythingIn(trx, 'connection')));
  });
  await (broken ? expect(visited).rejects.toThrow('broken off') : visited);
  const stray = seen.filter(({ tenant_id: tenant }) => tenant !== idOf(rows));
  return [...stray, ...(await everythingIn(db, 'post')), ...(seen.length === 0 ? ['its own rows are missing'] : [])];
}

const denied = '42501';
const foreignKeyViolation = '23503';

function idOf({ tenant: { id } }: OneRowPerTable): TenantId {
  return id;
}

function columnOf(table: Table): string {
  return table === 'tenant' ? 'id' : 'tenant_id';
}

async function everythingIn(db: Kysely<Database>, table: Table): Promise<Record<string, unknown>[]> {
  return (await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(db)).rows;
}

/** How many rows an update and a delete reach; a verb that the application lacks reaches none. */
async function changed(db: Kysely<Database>, table: Table, where: ReturnType<typeof sql>): Promise<number> {
  const column = sql.ref(columnOf(table));
  const updated = (await mayUpdate(table))
    ? await sql`update ${sql.table(table)} set ${column} = ${column} where ${where}`.execute(db)
    : null;
  const deleted = (await may('delete', table))
    ? await sql`delete from ${sql.table(table)} where ${where}`.execute(db)
    : null;
  return Number(updated?.numAffectedRows ?? 0) + Number(deleted?.numAffectedRows ?? 0);
}

const mayUpdate = (table: Table): Promise<boolean> => may('update', table);

async function may(verb: 'update' | 'delete', table: Table): Promise<boolean> {
  const { rows } = await sql<{ granted: boolean }>`
    select has_table_privilege('chorally_app', ${table}, ${verb}) as granted`.execute(owner.db);
  return rows[0]?.granted === true;
}

/** A tenant's own row, as Postgres has it. */
async function stored(tenant: OneRowPerTable, table: Table): Promise<unknown> {
  const { rows } = await withTenant(app.db, idOf(tenant), (trx) =>
    sql<{ row: unknown }>`select to_jsonb(entry) as row from ${sql.table(table)} entry`.execute(trx),
  );
  expect(rows).toHaveLength(1);
  return rows[0]?.row;
}

async function copyInto(db: Kysely<Database>, table: Table, row: unknown): Promise<void> {
  await sql`insert into ${sql.table(table)} overriding system value
            select * from jsonb_populate_record(null::${sql.table(table)}, ${JSON.stringify(row)})`.execute(db);
}
