import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import { newId } from '../../src/platform/new-id.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

const app = databaseAs('app');
let aurora: OneRowPerTable;
let lariana: OneRowPerTable;

beforeEach(async () => {
  [aurora, lariana] = [oneRowPerTable(), oneRowPerTable()];
  for (const tenant of [aurora, lariana]) await within(tenant, (trx) => insertRows(trx, tenant));
});

describe('there is at most', () => {
  it('one target that claims a post of a network', async () => {
    const claim = { provider_post_id: '1_2' };
    const { post_target: target, post, post_revision: revision } = aurora;
    await within(aurora, (trx) => trx.updateTable('post_target').set(claim).execute());
    const other = { post: newId<typeof post.id>(), revision: newId<typeof revision.id>() };
    const rival = within(aurora, async (trx) => {
      await trx
        .insertInto('post')
        .values({ ...post, id: other.post, revision_id: other.revision })
        .execute();
      await trx
        .insertInto('post_revision')
        .values({ ...revision, id: other.revision, post_id: other.post })
        .execute();
      await trx
        .insertInto('post_target')
        .values({ ...target, ...claim, id: newId(), post_id: other.post })
        .execute();
    });
    await expect(rival).rejects.toMatchObject({ constraint: 'post_target_claim' });
  });

  it('one tenant that has a page, until it is disconnected', async () => {
    const { external_id } = aurora.connection;
    const take = () => within(lariana, (trx) => trx.updateTable('connection').set({ external_id }).execute());
    await expect(take()).rejects.toMatchObject({ constraint: 'connection_page' });
    await within(aurora, (trx) => trx.updateTable('connection').set({ state: 'disconnected' }).execute());
    await take();
  });

  it('one open approval of a post', async () => {
    const second = within(aurora, (trx) =>
      trx
        .insertInto('approval')
        .values({ ...aurora.approval, id: newId() })
        .execute(),
    );
    await expect(second).rejects.toMatchObject({ constraint: 'approval_open' });
  });

  it('one vote for one update', async () => {
    const again = within(aurora, (trx) =>
      trx
        .insertInto('approval_vote')
        .values({ ...aurora.approval_vote, id: randomUUID() })
        .execute(),
    );
    await expect(again).rejects.toMatchObject({ constraint: 'approval_vote_tenant_id_update_id_key' });
  });

  it('one answer for one idempotency key', async () => {
    const again = within(aurora, (trx) => trx.insertInto('idempotency_key').values(aurora.idempotency_key).execute());
    await expect(again).rejects.toMatchObject({ constraint: 'idempotency_key_pkey' });
  });
});

function within<T>(tenant: OneRowPerTable, work: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  return withTenant(app.db, tenant.tenant.id, work);
}
