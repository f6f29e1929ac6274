import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { insertNotifications } from '../../src/db/notification.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { UserId } from '../../src/domain/ids.ts';
import type { NotificationOrder, PostNoticeKind } from '../../src/domain/notification.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

const app = databaseAs('app');
let tenant: OneRowPerTable;
/** With an address, without one, no longer active, and no person at all. */
let marco: UserId;
let sara: UserId;
let gone: UserId;
let crm: UserId;

beforeEach(async () => {
  tenant = oneRowPerTable();
  [marco, sara, gone, crm] = await withTenant(app.db, tenant.tenant.id, async (trx) => {
    await insertRows(trx, tenant);
    const member = async (changes: object): Promise<UserId> => {
      const user = randomUUID() as UserId;
      const row = { ...tenant.tenant_member, user_id: user, username: user, ...changes };
      await trx.insertInto('tenant_member').values(row).execute();
      return user;
    };
    return [
      await member({ email: 'marco@prova.test' }),
      await member({}),
      await member({ email: 'gone@prova.test', active: false }),
      await member({ kind: 'service' }),
    ];
  });
});

describe('letting people know', () => {
  it('reaches each person once per occasion, however often it is ordered', async () => {
    await order({ recipients: [marco, sara, marco], episode: 'step-1' });
    await order({ recipients: [marco, sara], episode: 'step-1' });
    expect(await notified('step-1')).toEqual(new Set([marco, sara]));
  });

  it('reaches people again on the next occasion, and those who were added to the first', async () => {
    await order({ recipients: [marco], episode: 'step-1' });
    await order({ recipients: [marco, sara], episode: 'step-1' });
    await order({ recipients: [marco], episode: 'step-1/reminder-1' });
    expect(await notified('step-1')).toEqual(new Set([marco, sara]));
    expect(await notified('step-1/reminder-1')).toEqual(new Set([marco]));
  });

  it('leaves out the inactive, service accounts, the actor, and whoever the tenant does not know', async () => {
    const stranger = randomUUID() as UserId;
    await order({ recipients: [marco, sara, gone, crm, stranger], by: marco, episode: 'e' });
    expect(await notified('e')).toEqual(new Set([sara]));
  });

  it('queues an e-mail for those who have an address', async () => {
    await order({ recipients: [marco, sara], episode: 'e' });
    const queued = await withTenant(app.db, tenant.tenant.id, (trx) =>
      trx
        .selectFrom('notification_mail')
        .innerJoin('notification', 'notification.id', 'notification_mail.notification_id')
        .select(['user_id', 'outcome', 'attempts'])
        .where('episode', '=', 'e')
        .execute(),
    );
    expect(queued).toEqual([{ user_id: marco, outcome: null, attempts: 0 }]);
  });
});

type PostOrder = Extract<NotificationOrder, { kind: PostNoticeKind }>;
type Told = Pick<PostOrder, 'recipients' | 'episode'> & Partial<PostOrder>;

function order(told: Told) {
  return withTenant(app.db, tenant.tenant.id, (trx) =>
    insertNotifications(trx, {
      tenantId: tenant.tenant.id,
      kind: 'approval_requested',
      postId: tenant.post.id,
      by: null,
      // So far ahead that no relay of the stack takes it for work.
      at: new Date('2090-01-01T00:00:00Z'),
      data: {},
      ...told,
    }),
  );
}

async function notified(episode: string): Promise<Set<UserId>> {
  const rows = await withTenant(app.db, tenant.tenant.id, (trx) =>
    trx.selectFrom('notification').select('user_id').where('episode', '=', episode).execute(),
  );
  expect(rows).toHaveLength(new Set(rows.map((row) => row.user_id)).size);
  return new Set(rows.map((row) => row.user_id));
}
