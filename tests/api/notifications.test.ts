import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectionActivities } from '../../src/activities/connection.ts';
import { insertNotifications } from '../../src/db/notification.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { ConnectionId } from '../../src/domain/ids.ts';
import type { Permission } from '../../src/domain/permission.ts';
import { newId } from '../../src/platform/new-id.ts';
import { startApi, type TestApi } from '../support/api.ts';
import { createOwnTenant, type OwnTenant, ownTokens } from '../support/own-tenant.ts';

let api: TestApi;
let own: OwnTenant;
let page: ConnectionId;

beforeAll(async () => {
  api = await startApi({ services: { tokens: ownTokens } });
});
beforeEach(async () => {
  own = await createOwnTenant(api.services.db);
  page = await insertPage();
  await tell('expired/1');
});
afterAll(() => api.close());

describe('a notification of a connection', () => {
  it('says which, and what has happened, in the reader’s language', async () => {
    const { body } = await list('tenant_admin');
    expect(body.items).toMatchObject([
      {
        kind: 'connection_expired',
        subject: { kind: 'connection', id: page },
        sentence: '«Mercato Aurora» su LinkedIn non è più connessa',
        actor: null,
        data: { state: 'expired', waiting: 0 },
        readAt: null,
      },
    ]);
    expect(body.unread).toBe(1);
  });

  it('is for those who may mend it', async () => {
    for (const role of ['editor', 'supervisor', 'viewer'] as const) {
      expect((await list(role)).body).toMatchObject({ items: [], unread: 0 });
    }
  });

  it('is seen no more by who may no longer see connections, and seen again by who may', async () => {
    const { id } = (await list('tenant_admin')).body.items[0];
    await forbid('connection.read');
    expect((await list('tenant_admin')).body).toMatchObject({ items: [], unread: 0 });
    expect((await read(id)).status).toBe(404);
    expect((await readAll()).body).toEqual({ read: 0 });
    await allow('connection.read');
    expect((await list('tenant_admin')).body).toMatchObject({ items: [{ id }], unread: 1 });
  });

  it('is seen by who may see connections and no posts', async () => {
    await forbid('post.read');
    expect((await list('tenant_admin')).body).toMatchObject({ items: [{ kind: 'connection_expired' }], unread: 1 });
  });

  it('is read once', async () => {
    const { id } = (await list('tenant_admin')).body.items[0];
    expect((await read(id)).body.readAt).not.toBeNull();
    expect((await list('tenant_admin', '?unread=true')).body).toMatchObject({ items: [], unread: 0 });
    expect((await readAll()).body).toEqual({ read: 0 });
  });
});

it('without its subject cannot be written', async () => {
  const order = { tenantId: own.tenantId, recipients: [own.users.editor], by: null, at: new Date(), data: {} };
  const nothing = { ...order, kind: 'connection_expired', episode: 'nothing' } as const;
  const write = () => withTenant(api.services.db, own.tenantId, (trx) => insertNotifications(trx, nothing as never));
  await expect(write()).rejects.toMatchObject({ constraint: 'notification_subject_check' });
});

const list = (role: 'tenant_admin' | 'editor' | 'supervisor' | 'viewer', query = '') =>
  api.call(`/v1/notifications${query}`, { token: own.token(role) });
const post = (path: string) => api.call(path, { method: 'POST', token: own.token('tenant_admin') });
const read = (id: string) => post(`/v1/notifications/${id}/read`);
const readAll = () => post('/v1/notifications/read');

async function insertPage(): Promise<ConnectionId> {
  const id = newId<ConnectionId>();
  await withTenant(api.services.db, own.tenantId, (trx) =>
    trx
      .insertInto('connection')
      .values({
        tenant_id: own.tenantId,
        id,
        network: 'linkedin',
        external_id: id,
        name: 'Mercato Aurora',
        state: 'expired',
        grant_kind: 'oauth',
        connected_at: new Date(),
      })
      .execute(),
  );
  return id;
}

async function tell(episode: string): Promise<void> {
  await connectionActivities({ db: api.services.db }).tellOfConnection({
    tenantId: own.tenantId,
    connectionId: page,
    at: Date.now(),
    turn: {
      kind: 'connection_expired',
      episode,
      expected: { state: 'expired', grantVersion: 1 },
      since: Date.now(),
    },
  });
}

/** Takes it from every role of the tenant. */
async function forbid(permission: Permission): Promise<void> {
  await withTenant(api.services.db, own.tenantId, (trx) =>
    trx.deleteFrom('role_permission').where('permission', '=', permission).execute(),
  );
}

async function allow(permission: Permission): Promise<void> {
  await withTenant(api.services.db, own.tenantId, async (trx) => {
    const roles = await trx.selectFrom('role').select('id').execute();
    const granted = roles.map(({ id }) => ({ tenant_id: own.tenantId, role_id: id, permission }));
    await trx.insertInto('role_permission').values(granted).execute();
  });
}
