import { beforeEach, describe, expect, it } from 'vitest';
import { breakConnection } from '../../src/db/connection-grant.ts';
import { recordLook } from '../../src/db/connection-health.ts';
import { selectDestinations } from '../../src/db/post-destination.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import type { Look } from '../../src/domain/connection-health.ts';
import { askedScopes } from '../../src/domain/grant-scopes.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { useOwnDatabase } from './support/own-database.ts';

const now = new Date('2026-11-24T10:00:00Z');
const { app } = useOwnDatabase();
const nothingSaid = { providerStatus: 403, providerCode: '200', providerMessage: null };
let tenant: OneRowPerTable;

beforeEach(async () => {
  tenant = oneRowPerTable();
  await inTenant((trx) => insertRows(trx, tenant));
});

describe('a lost permission', () => {
  it('that publishing does not need holds no post, and nothing new is held', async () => {
    await lose('pages_messaging');
    expect(await told()).toEqual(['connection_changed']);
    expect(await destination()).toMatchObject({ state: 'refresh_required', problem: null });
  });

  it('that publishing needs holds every post that has yet to go there', async () => {
    await lose('pages_manage_posts');
    expect(await told()).toEqual(['connection_changed', 'hold']);
    expect(await destination()).toMatchObject({ state: 'refresh_required', problem: 'permission' });
  });

  it('after another one holds the posts, and is no second change of state', async () => {
    await lose('pages_messaging');
    await lose('pages_manage_posts');
    expect(await told()).toEqual(['connection_changed', 'hold']);
    expect(await events()).toEqual(['connection.broken']);
  });

  it('that comes back lets the posts go on', async () => {
    await look({ kind: 'works', name: null, scopes: every.filter((scope) => scope !== 'pages_manage_posts') });
    await look({ kind: 'works', name: null, scopes: every });
    expect(await told()).toEqual(['connection_changed', 'hold', 'connection_changed', 'connection_repaired']);
    expect(await events()).toEqual(['connection.broken', 'connection.repaired']);
  });
});

describe('what was seen', () => {
  it('with a grant from before the repair breaks nothing', async () => {
    await look({ kind: 'trouble', ...nothingSaid });
    await look({ kind: 'works', name: null, scopes: null });
    await look({ kind: 'grant_refused', problem: 'gone', missing: [], ...nothingSaid });
    expect(await events()).toEqual(['connection.degraded', 'connection.recovered']);
    expect(await destination()).toMatchObject({ state: 'connected' });
  });

  it('of a page whose grant was found to be over meanwhile, on schedule, does not bring it back', async () => {
    await look({ kind: 'grant_refused', problem: 'gone', missing: [], ...nothingSaid });
    await look({ kind: 'works', name: null, scopes: null });
    expect(await destination()).toMatchObject({ state: 'expired', problem: 'gone' });
    expect(await events()).toEqual(['connection.broken']);
  });

  it('by a person brings it back, is told, and makes its duties due again', async () => {
    await look({ kind: 'grant_refused', problem: 'gone', missing: [], ...nothingSaid });
    await inTenant((trx) => trx.deleteFrom('connection_duty').execute());
    const id = tenant.tenant_member.user_id;
    await inTenant((trx) =>
      recordLook(trx, { ...about(), actor: { kind: 'user', id } }, { kind: 'works', name: null, scopes: null }),
    );
    expect(await destination()).toMatchObject({ state: 'connected', problem: null });
    expect(await events()).toEqual(['connection.broken', 'connection.repaired']);
    const duties = await inTenant((trx) => trx.selectFrom('connection_duty').select('kind').execute());
    expect(duties).toEqual([{ kind: 'probe' }]);
  });

  it('of a connection that a person has ended changes nothing', async () => {
    await inTenant((trx) => trx.updateTable('connection').set({ state: 'disconnected' }).execute());
    await look({ kind: 'grant_refused', problem: 'permission', missing: [], ...nothingSaid });
    await look({ kind: 'trouble', ...nothingSaid });
    await look({ kind: 'works', name: 'Altro', scopes: null });
    expect(await destination()).toMatchObject({ state: 'disconnected', name: 'Pagina' });
    expect(await events()).toEqual([]);
  });
});

const every = askedScopes('facebook', 'facebook_login');

const inTenant = <T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> =>
  withTenant(app, tenant.tenant.id, work);

const about = () => ({ tenantId: tenant.tenant.id, connectionId: tenant.connection.id, grantVersion: 1, now });

const look = (seen: Look) => inTenant((trx) => recordLook(trx, { ...about(), actor: { kind: 'network' } }, seen));

function lose(scope: string): Promise<boolean> {
  const error = { code: 'permission_lost', ...nothingSaid, at: now.toISOString() } as const;
  return inTenant((trx) =>
    breakConnection(trx, about(), { grantVersion: 1, state: 'refresh_required', missing: [scope], error, now }),
  );
}

async function destination() {
  const { id } = tenant.connection;
  return (await inTenant((trx) => selectDestinations(trx, [id]))).get(id);
}

/** Whom the outbox tells what, beside the row that the tenant began with. */
async function told(): Promise<readonly string[]> {
  const rows = await inTenant((trx) =>
    trx.selectFrom('process_outbox').select('message').where('delivered_at', 'is', null).orderBy('id').execute(),
  );
  return rows.map(({ message }) => message.kind);
}

async function events(): Promise<readonly string[]> {
  const rows = await inTenant((trx) =>
    trx.selectFrom('event').select('kind').where('entity', '=', 'connection').orderBy('position').execute(),
  );
  return rows.map(({ kind }) => kind);
}
