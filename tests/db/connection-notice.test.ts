import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { connectionActivities, type ConnectionNews } from '../../src/activities/connection.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { ConnectionTurn } from '../../src/domain/connection-process.ts';
import type { ConnectionId, RoleId, UserId } from '../../src/domain/ids.ts';
import type { Permission } from '../../src/domain/permission.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

const app = databaseAs('app');
const { readConnection, tellOfConnection } = connectionActivities(app);
/** So far ahead that no relay of the stack takes it for work. */
const at = Date.parse('2090-01-01T00:00:00Z');
let tenant: OneRowPerTable;
/** May mend connections, by two roles at once. Somebody else may, and has left; a third may only see them. */
let paolo: UserId;

beforeEach(async () => {
  tenant = oneRowPerTable();
  paolo = await within(async (trx) => {
    await insertRows(trx, tenant);
    await trx.updateTable('connection').set({ state: 'expired', grant_version: 4 }).execute();
    const admins = await role(['connection.read', 'connection.write']);
    const deputies = await role(['connection.write']);
    const viewers = await role(['connection.read']);
    await member([admins], { active: false });
    await member([viewers], {});
    return member([admins, deputies], {});

    async function role(permissions: readonly Permission[]): Promise<RoleId> {
      const id = randomUUID() as RoleId;
      await trx
        .insertInto('role')
        .values({ ...tenant.role, id, key: id })
        .execute();
      const granted = permissions.map((permission) => ({ tenant_id: tenant.tenant.id, role_id: id, permission }));
      await trx.insertInto('role_permission').values(granted).execute();
      return id;
    }

    async function member(roles: readonly RoleId[], changes: object): Promise<UserId> {
      const user_id = randomUUID() as UserId;
      const row = { ...tenant.tenant_member, user_id, username: user_id, email: `${user_id}@prova.test`, ...changes };
      await trx.insertInto('tenant_member').values(row).execute();
      const held = roles.map((role_id) => ({ tenant_id: tenant.tenant.id, user_id, role_id }));
      await trx.insertInto('member_role').values(held).execute();
      return user_id;
    }
  });
});

describe('trouble of a connection', () => {
  it('is told to whoever may mend it and is there, in the list and by e-mail', async () => {
    expect(await tell()).toEqual({ told: true, reading: { state: 'expired', grantVersion: 4 } });
    expect(await heard()).toMatchObject([
      {
        user_id: paolo,
        kind: 'connection_expired',
        post_id: null,
        actor_id: null,
        mailed: true,
        data: { state: 'expired', since: '2089-12-31T00:00:00.000Z', waiting: 0, passedSlots: 'now' },
      },
    ]);
  });

  it('is heard once of each occasion, however often the activity is repeated', async () => {
    await Promise.all([tell(), tell()]);
    await tell();
    await tell({ kind: 'connection_reminder', episode: 'expired/1/reminder-1' });
    await tell({ kind: 'connection_reminder', episode: 'expired/1/reminder-1' });
    expect((await heard()).map(({ kind }) => kind)).toEqual(['connection_expired', 'connection_reminder']);
  });

  it('that is over when it would be told is told to nobody, and the process learns what is so', async () => {
    await within((trx) => trx.updateTable('connection').set({ state: 'connected', grant_version: 5 }).execute());
    const reading = { state: 'connected', grantVersion: 5 };
    expect(await tell()).toEqual({ told: false, reading });
    expect(await heard()).toEqual([]);
    expect(await readConnection(key())).toEqual(reading);
  });

  it('that broke again since is another one', async () => {
    await within((trx) => trx.updateTable('connection').set({ grant_version: 6 }).execute());
    expect(await tell()).toMatchObject({ told: false, reading: { grantVersion: 6 } });
  });

  it('says how many posts wait, and what becomes of late ones', async () => {
    await within(async (trx) => {
      await trx.updateTable('post_target').set({ state: 'parked' }).execute();
      await trx.updateTable('connection').set({ passed_slots: 'drop' }).execute();
    });
    await tell();
    expect(await heard()).toMatchObject([{ data: { waiting: 1, passedSlots: 'drop' } }]);
  });

  it.each([
    ['permission_lost', { code: 'permission_lost' }],
    ['consent_lapsing', null],
  ])('says why consent is needed again: %s', async (cause, error) => {
    const last_error = error && JSON.stringify({ ...error, at: '2026-11-23T09:00:00Z' });
    await within((trx) => trx.updateTable('connection').set({ state: 'refresh_required', last_error }).execute());
    const expected = { state: 'refresh_required', grantVersion: 4 } as const;
    await tell({ kind: 'connection_refresh_required', expected });
    expect(await heard()).toMatchObject([{ data: { cause } }]);
  });

  it('of a connection that there is none is nothing', async () => {
    const connectionId = randomUUID() as ConnectionId;
    expect(await readConnection({ ...key(), connectionId })).toBeNull();
    expect(await tell({}, { connectionId })).toEqual({ told: false, reading: null });
  });
});

const key = () => ({ tenantId: tenant.tenant.id, connectionId: tenant.connection.id });

function tell(turn: Partial<ConnectionTurn> = {}, changes: Partial<ConnectionNews> = {}) {
  const usual: ConnectionTurn = {
    kind: 'connection_expired',
    episode: 'expired/1',
    expected: { state: 'expired', grantVersion: 4 },
    since: at - 24 * 3_600_000,
  };
  return tellOfConnection({ ...key(), at, turn: { ...usual, ...turn }, ...changes });
}

function heard() {
  return within((trx) =>
    trx
      .selectFrom('notification as told')
      .leftJoin('notification_mail as mail', 'mail.notification_id', 'told.id')
      .select(['told.user_id', 'told.kind', 'told.post_id', 'told.actor_id', 'told.data'])
      .select((eb) => eb('mail.notification_id', 'is not', null).as('mailed'))
      .where('told.connection_id', '=', tenant.connection.id)
      .orderBy('told.id')
      .execute(),
  );
}

function within<T>(work: Parameters<typeof withTenant<T>>[2]): Promise<T> {
  return withTenant(app.db, tenant.tenant.id, work);
}
