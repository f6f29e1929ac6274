import { expect, test } from 'vitest';
import { down, up } from '../../src/db/migrations/2026_11_24_31_post_comment.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { RoleId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import { oneRowPerTable } from './support/one-row-per-table.ts';
import { useOwnDatabase } from './support/own-database.ts';

const database = useOwnDatabase();

test('tenants that existed before comments get the right to write them, for their built-in roles but the viewer', async () => {
  await down(database.owner);
  const tenants = [oneRowPerTable(), oneRowPerTable()];
  for (const { tenant } of tenants) {
    await withTenant(database.app, tenant.id, async (trx) => {
      await trx.insertInto('tenant').values(tenant).execute();
      for (const [key, built_in] of [
        ['reviewer', true],
        ['viewer', true],
        ['agent', false],
      ] as const) {
        const role = { tenant_id: tenant.id, id: newId<RoleId>(), key, name: key, built_in };
        await trx.insertInto('role').values(role).execute();
      }
    });
  }
  await up(database.owner);
  for (const { tenant } of tenants) {
    const granted = await withTenant(database.app, tenant.id, (trx) =>
      trx
        .selectFrom('role_permission')
        .innerJoin('role', 'role.id', 'role_permission.role_id')
        .select(['role.key', 'permission'])
        .execute(),
    );
    expect(granted).toEqual([{ key: 'reviewer', permission: 'post.comment' }]);
  }
});
