import { beforeEach, describe, expect, it } from 'vitest';
import { openCallDesk } from '../../src/activities/call-desk.ts';
import { disconnectConnection } from '../../src/db/disconnect.ts';
import { heldBy } from '../../src/db/halt.ts';
import { beginCalls } from '../../src/db/publish-attempt.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import { connectionWorkflowId } from '../../src/domain/connection.ts';
import type { ConnectionId } from '../../src/domain/ids.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

const now = new Date('2026-11-24T10:00:00Z');
const app = databaseAs('app', { max: 12 });
let tenant: OneRowPerTable;

beforeEach(async () => {
  tenant = oneRowPerTable();
  await inTenant((trx) => insertRows(trx, tenant));
});

describe('a disconnect', () => {
  it('lets no call begin through the connection from its commit on', async () => {
    expect(await disconnect()).toBe(true);
    expect(await inTenant((trx) => beginCalls(trx, { tenantId: tenantId(), attempts: [attempt()] }, now))).toEqual([]);
    const target = { postId: tenant.post.id, targetId: tenant.post_target.id };
    expect(await inTenant((trx) => heldBy(trx, target))).toBe('disconnection');
  });

  it('waits for a call that is on its way through the gate, and knows of it', async () => {
    const { promise: passed, resolve: pass } = Promise.withResolvers<null>();
    const { promise: finish, resolve: end } = Promise.withResolvers<null>();
    const calling = inTenant(async (trx) => {
      const begun = await beginCalls(trx, { tenantId: tenantId(), attempts: [attempt()] }, now);
      pass(null);
      await finish;
      return begun;
    });
    await passed;
    let answered = false;
    const disconnecting = disconnect().then(() => {
      answered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answered).toBe(false);
    end(null);
    expect(await calling).toHaveLength(1);
    await disconnecting;
    const { state } = await row();
    expect(state).toBe('disconnected');
  });

  it('answers a worker at the call desk that the attempt may not go out', async () => {
    const desk = openCallDesk({ db: app.db, clock: () => now.getTime() });
    await disconnect();
    expect(await desk.begin({ ...attempt(), tenantId: tenantId() })).toBeNull();
  });

  it('leaves nothing due, and the watch for whoever takes it back', async () => {
    await disconnect({ revocable: true });
    expect(await count('connection_duty')).toBe(0);
    expect(await count('connection_watch')).toBe(1);
  });

  it('keeps the tokens that the network has to be told with, and throws away those that are of no use', async () => {
    await disconnect({ revocable: true });
    expect([(await row()).revocation, await count('connection_secret')]).toEqual(['pending', 1]);
    tenant = oneRowPerTable();
    await inTenant((trx) => insertRows(trx, tenant));
    await disconnect({ revocable: false });
    expect([(await row()).revocation, await count('connection_secret')]).toEqual(['not_offered', 0]);
  });

  it('raises the grant version, so that no refusal from before it changes anything', async () => {
    const before = (await row()).grant_version;
    await disconnect();
    expect((await row()).grant_version).toBe(before + 1);
  });

  it('tells its own process, and every post that has yet to go there', async () => {
    await disconnect();
    const messages = await inTenant((trx) =>
      trx.selectFrom('process_outbox').select(['workflow_id', 'message']).where('created_at', '=', now).execute(),
    );
    const hold = { kind: 'grant', connectionId: connectionId(), problem: 'gone' };
    expect(messages.map(({ message }) => message)).toContainEqual({ kind: 'hold', hold });
    const own = messages.find(({ workflow_id }) => workflow_id === connectionWorkflowId(tenantId(), connectionId()));
    expect(own?.message.kind).toBe('connection_changed');
  });

  it('again changes nothing, and of what is not there it says so', async () => {
    await disconnect();
    const first = await row();
    expect(await disconnect({ at: new Date(now.getTime() + 1_000) })).toBe(false);
    expect(await row()).toEqual(first);
    expect(await disconnect({ id: crypto.randomUUID() as ConnectionId })).toBeNull();
  });
});

const tenantId = () => tenant.tenant.id;
const connectionId = () => tenant.connection.id;
const attempt = () => ({ targetId: tenant.post_target.id, n: 1 });

function disconnect({ revocable = true, id = connectionId(), at = now } = {}): Promise<boolean | null> {
  const by = tenant.tenant_member.user_id;
  return inTenant((trx) =>
    disconnectConnection(trx, { tenantId: tenantId(), connectionId: id, by, now: at, revocable: () => revocable }),
  );
}

function row() {
  return inTenant((trx) =>
    trx.selectFrom('connection').selectAll().where('id', '=', connectionId()).executeTakeFirstOrThrow(),
  );
}

function count(table: 'connection_duty' | 'connection_watch' | 'connection_secret'): Promise<number> {
  return inTenant(async (trx) => {
    const rows = await trx
      .selectFrom(table)
      .select('connection_id')
      .where('connection_id', '=', connectionId())
      .execute();
    return rows.length;
  });
}

function inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  return withTenant(app.db, tenant.tenant.id, work);
}
