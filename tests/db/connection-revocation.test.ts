import { randomBytes, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { takeBack } from '../../src/activities/connection-revocation.ts';
import { ChannelError, type ChannelErrorFacts } from '../../src/channels/channel.ts';
import type { Connector, HeldGrant } from '../../src/channels/connector.ts';
import { tokenContext } from '../../src/db/connection-grant.ts';
import { disconnectConnection } from '../../src/db/disconnect.ts';
import { tenantKeys } from '../../src/db/tenant-key.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import { revocationPatienceMs } from '../../src/domain/connection.ts';
import { seal } from '../../src/platform/sealing.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { databaseAs } from './support/stack-databases.ts';

const app = databaseAs('app');
const masterKeys = [{ version: 1, bytes: randomBytes(32) }];
const disconnectedAt = Date.parse('2026-11-24T10:00:00Z');
let tenant: OneRowPerTable;
let told: HeldGrant[];
let network: () => Promise<void>;

beforeEach(async () => {
  tenant = await connected();
  told = [];
  network = () => Promise.resolve();
});

describe('the grant of a disconnected connection', () => {
  it('is taken back at its network with its own tokens, which are then thrown away', async () => {
    await disconnect(tenant);
    expect(await revoke()).toEqual({ kind: 'done' });
    expect(told).toMatchObject([{ accessToken: 'the access token', refreshToken: 'the refresh token' }]);
    expect(await left()).toEqual({ revocation: 'done', secrets: 0, watches: 0, events: ['done'] });
  });

  it('is taken back once: asked again, the answer is the same and the network hears nothing', async () => {
    await disconnect(tenant);
    await revoke();
    expect(await revoke()).toEqual({ kind: 'done' });
    expect(told).toHaveLength(1);
    expect((await left()).events).toEqual(['done']);
  });

  it('is asked for again while the network is in trouble, with its tokens kept', async () => {
    await disconnect(tenant);
    refuse({ class: 'retry_later', mayHaveActed: true, retryAfterMs: 30_000 });
    await expect(revoke()).rejects.toMatchObject({ type: 'retry_later', nextRetryDelay: 30_000, nonRetryable: false });
    expect(await left()).toMatchObject({ revocation: 'pending', secrets: 1 });
  });

  it('is given up after a day, and its tokens go all the same', async () => {
    await disconnect(tenant);
    refuse({ class: 'unknown', mayHaveActed: true });
    await expect(revoke({ at: disconnectedAt + revocationPatienceMs - 1 })).rejects.toThrow('the network answered');
    expect(await revoke({ at: disconnectedAt + revocationPatienceMs })).toEqual({ kind: 'failed' });
    expect(await left()).toMatchObject({ revocation: 'failed', secrets: 0 });
  });

  it('that is gone already counts as taken back', async () => {
    await disconnect(tenant);
    refuse({ class: 'disconnected', grantProblem: 'gone', mayHaveActed: false });
    expect(await revoke()).toEqual({ kind: 'done' });
  });

  it('cannot be taken back with a token that has lapsed, and that is said', async () => {
    await disconnect(tenant);
    refuse({ class: 'refresh_token', grantProblem: 'gone', mayHaveActed: false });
    expect(await revoke()).toEqual({ kind: 'failed' });
    expect(await left()).toMatchObject({ revocation: 'failed', secrets: 0 });
  });

  it('is left as it is where the network offers no way back', async () => {
    await disconnect(tenant, { revocable: false });
    expect(await revoke()).toEqual({ kind: 'not_offered' });
    expect(told).toEqual([]);
    expect(await left()).toMatchObject({ revocation: 'not_offered', secrets: 0, watches: 0 });
  });

  it('is left to the connections that live by the same consent, also of another tenant', async () => {
    const other = await connected(tenant.admin_profile.external_id);
    await disconnect(tenant);
    expect(await revoke()).toEqual({ kind: 'shared' });
    expect(told).toEqual([]);
    expect(await left()).toMatchObject({ revocation: 'shared', secrets: 0 });
    // The last one to go takes the consent with it.
    await disconnect(other);
    tenant = other;
    expect(await revoke()).toEqual({ kind: 'done' });
    expect(told).toHaveLength(1);
  });

  it('is not touched once the page has been connected again', async () => {
    await disconnect(tenant);
    await inTenant((trx) =>
      trx.updateTable('connection').set({ state: 'connected' }).where('id', '=', tenant.connection.id).execute(),
    );
    expect(await revoke()).toEqual({ kind: 'alive' });
    expect(told).toEqual([]);
    expect(await left()).toMatchObject({ secrets: 1, watches: 1 });
  });
});

/** A tenant with a connection whose tokens are real, granted by a profile of its own or by the given one. */
async function connected(externalId: string = randomUUID()): Promise<OneRowPerTable> {
  const rows = oneRowPerTable();
  const { tenant_key: _key, connection_secret: _secret, ...keyless } = rows;
  const admin_profile = { ...rows.admin_profile, external_id: externalId };
  const own = { ...rows, admin_profile };
  const about = { tenantId: rows.tenant.id, connectionId: rows.connection.id };
  await withTenant(app.db, about.tenantId, async (trx) => {
    await insertRows(trx, { ...keyless, admin_profile } as OneRowPerTable);
    const { newest } = await tenantKeys(trx, about.tenantId, masterKeys, new Date());
    await trx
      .insertInto('connection_secret')
      .values({
        tenant_id: about.tenantId,
        connection_id: about.connectionId,
        access_token: seal(newest, tokenContext(about, 'access_token'), 'the access token'),
        refresh_token: seal(newest, tokenContext(about, 'refresh_token'), 'the refresh token'),
        expires_at: null,
      })
      .execute();
  });
  return own;
}

function disconnect(rows: OneRowPerTable, { revocable = true } = {}): Promise<boolean | null> {
  const { tenant: of, connection, tenant_member: member } = rows;
  const about = { tenantId: of.id, connectionId: connection.id, by: member.user_id, now: new Date(disconnectedAt) };
  return withTenant(app.db, of.id, (trx) => disconnectConnection(trx, { ...about, revocable: () => revocable }));
}

function revoke({ at = disconnectedAt + 1_000 } = {}) {
  const connector = {
    revoke: (held: HeldGrant) => {
      told.push(held);
      return network();
    },
  };
  const dependencies = {
    db: app.db,
    connectors: () => connector as unknown as Connector,
    masterKeys,
    clock: () => at,
  };
  const about = { tenantId: tenant.tenant.id, connectionId: tenant.connection.id };
  return takeBack(dependencies, about, new AbortController().signal);
}

function refuse(facts: ChannelErrorFacts): void {
  network = () => Promise.reject(new ChannelError('no', facts));
}

function left() {
  const id = tenant.connection.id;
  return inTenant(async (trx) => {
    const { revocation } = await trx
      .selectFrom('connection')
      .select('revocation')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const secrets = await trx.selectFrom('connection_secret').select('connection_id').execute();
    const watches = await trx.selectFrom('connection_watch').select('connection_id').execute();
    const events = await trx
      .selectFrom('event')
      .select('data')
      .where('entity_id', '=', id)
      .where('kind', '=', 'connection.revoked')
      .execute();
    return {
      revocation,
      secrets: secrets.length,
      watches: watches.length,
      events: events.map(({ data }) => data['revocation']),
    };
  });
}

function inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  return withTenant(app.db, tenant.tenant.id, work);
}
