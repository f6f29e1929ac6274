import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { readTenant, withTenant } from '../../src/db/tenant.ts';
import { insertRows, oneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

const { db } = databaseAs('app');

test('reads of several statements see one instant, whatever is written between them', async () => {
  const rows = oneRowPerTable();
  const tenantId = rows.tenant.id;
  await withTenant(db, tenantId, (trx) => insertRows(trx, rows));
  const name = () => sql<{ name: string }>`select name from tenant`;

  await readTenant(db, tenantId, async (trx) => {
    const before = await name().execute(trx);
    await withTenant(db, tenantId, (other) => sql`update tenant set name = 'renamed'`.execute(other));
    expect((await name().execute(trx)).rows).toEqual(before.rows);
  });
  await readTenant(db, tenantId, async (trx) => {
    expect((await name().execute(trx)).rows).toEqual([{ name: 'renamed' }]);
  });
});

test('a read writes nothing', async () => {
  const rows = oneRowPerTable();
  const tenantId = rows.tenant.id;
  await withTenant(db, tenantId, (trx) => insertRows(trx, rows));
  const write = readTenant(db, tenantId, (trx) => sql`update tenant set name = 'renamed'`.execute(trx));
  await expect(write).rejects.toThrow(/read-only/);
});
