import { beforeEach, describe, expect, it } from 'vitest';
import { expireAuthorizations } from '../../src/db/connection-authorization.ts';
import { sweepAuthorizations } from '../../src/db/sweeps.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { AuthorizationState } from '../../src/domain/authorization.ts';
import type { AuthorizationId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import { insertRows, oneRowPerTable, type OneRowPerTable } from './support/one-row-per-table.ts';
import { useOwnDatabase } from './support/own-database.ts';

const database = useOwnDatabase();
const now = new Date('2026-11-24T09:00:00Z');
const dayMs = 24 * 60 * 60_000;
let tenant: OneRowPerTable;

beforeEach(async () => {
  tenant = oneRowPerTable();
  await withTenant(database.app, tenant.tenant.id, async (trx) => {
    await insertRows(trx, tenant);
    await trx
      .updateTable('connection_authorization')
      .set({ expires_at: new Date(now.getTime() + dayMs) })
      .execute();
  });
});

describe('an authorization whose time is up', () => {
  it.each(['connecting', 'selecting_page'] as const)('that was %s expires, and its secrets go', async (state) => {
    const id = await insert({ state, expiresAt: now });
    expect(await expireAuthorizations(database.system, now)).toBe(1);
    expect(await read(id)).toEqual({ state: 'expired', state_hash: null, code_verifier: null, sealed_grant: null });
    expect(await expireAuthorizations(database.system, now)).toBe(0);
  });

  it('keeps its state if it has come to something', async () => {
    const ids = await Promise.all((['connected', 'failed'] as const).map((state) => insert({ state, expiresAt: now })));
    expect(await expireAuthorizations(database.system, now)).toBe(0);
    expect((await Promise.all(ids.map(read))).map(({ state }) => state)).toEqual(['connected', 'failed']);
  });

  it('is a millisecond before it not yet up', async () => {
    const id = await insert({ state: 'selecting_page', expiresAt: new Date(now.getTime() + 1) });
    expect(await expireAuthorizations(database.system, now)).toBe(0);
    expect(await read(id)).toMatchObject({ state: 'selecting_page', sealed_grant: 'sealed' });
  });
});

it('what is known of an authorization goes after thirty days', async () => {
  const old = await insert({ state: 'connected', createdAt: new Date(now.getTime() - 30 * dayMs - 1) });
  const young = await insert({ state: 'connected', createdAt: new Date(now.getTime() - 30 * dayMs) });
  expect(await sweepAuthorizations(database.system, now)).toBe(1);
  await expect(read(old)).rejects.toThrow('no result');
  expect((await read(young)).state).toBe('connected');
});

async function insert({
  state,
  expiresAt = now,
  createdAt = now,
}: {
  state: AuthorizationState;
  expiresAt?: Date;
  createdAt?: Date;
}): Promise<AuthorizationId> {
  const id = newId<AuthorizationId>();
  const secrets = { state_hash: 'hash', code_verifier: 'sealed', sealed_grant: 'sealed' };
  const row = {
    ...tenant.connection_authorization,
    ...secrets,
    id,
    state,
    expires_at: expiresAt,
    created_at: createdAt,
  };
  await withTenant(database.app, tenant.tenant.id, (trx) =>
    trx.insertInto('connection_authorization').values(row).execute(),
  );
  return id;
}

function read(id: AuthorizationId) {
  return withTenant(database.app, tenant.tenant.id, (trx) =>
    trx
      .selectFrom('connection_authorization')
      .select(['state', 'state_hash', 'code_verifier', 'sealed_grant'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow(),
  );
}
