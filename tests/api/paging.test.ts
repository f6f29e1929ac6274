import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTenant } from '../../src/db/tenant.ts';
import type { GroupId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import { startApi, type TestApi } from '../support/api.ts';
import { createOwnTenant, type OwnTenant, ownTokens } from '../support/own-tenant.ts';

let api: TestApi;
let own: OwnTenant;
beforeAll(async () => {
  api = await startApi({ services: { tokens: ownTokens } });
  own = await createOwnTenant(api.services.db);
  for (const name of ['b', 'd', 'f', 'h', 'j']) await insertGroup(name);
});
afterAll(() => api.close());

test('pages show every item once, whatever is inserted between them', async () => {
  const seen: string[] = [];
  let cursor: string | null = null;
  const meanwhile = ['a', 'z', 'e'];
  do {
    const page = await list('groups', cursor === null ? 'limit=2' : `limit=2&cursor=${cursor}`);
    seen.push(...page.items.map(({ name }: { name: string }) => name));
    cursor = page.nextCursor;
    const name = meanwhile.shift();
    if (name !== undefined) await insertGroup(name);
  } while (cursor !== null);
  expect(seen).toEqual([...new Set(seen)].toSorted());
  expect(seen).toEqual(expect.arrayContaining(['b', 'd', 'f', 'h', 'j']));
  // Inserted behind the reader: seen at the next reading. Inserted ahead: seen now.
  expect(seen).not.toContain('a');
  expect(seen).toContain('z');
});

test('the last page has no cursor, even when it is full', async () => {
  const all = await list('groups', 'limit=100');
  expect(all.nextCursor).toBeNull();
  const full = await list('groups', `limit=${all.items.length}`);
  expect([full.items.length, full.nextCursor]).toEqual([all.items.length, null]);
});

test('users are found by any part of their names, with wildcards meaning themselves', async () => {
  const found = async (search: string) =>
    (await list('users', `search=${encodeURIComponent(search)}`)).items.map(
      ({ username }: { username: string }) => username,
    );
  expect(await found('REVIEW')).toEqual(['reviewer']);
  expect(await found('%')).toEqual([]);
  expect(await found('tenant_admin')).toEqual(['tenant_admin']);
  expect(await found('\\')).toEqual([]);
});

test('removed users are listed apart', async () => {
  expect((await list('users', 'active=false')).items).toEqual([]);
  expect((await list('users', 'active=true')).items).toHaveLength(6);
});

// oxlint-disable-next-line typescript/no-explicit-any
async function list(what: string, query: string): Promise<any> {
  const { status, body } = await api.call(`/v1/${what}?${query}`, { token: own.token('viewer') });
  expect(status).toBe(200);
  return body;
}

async function insertGroup(name: string): Promise<void> {
  const row = { tenant_id: own.tenantId, id: newId<GroupId>(), name, created_at: new Date() };
  await withTenant(api.services.db, own.tenantId, (trx) => trx.insertInto('user_group').values(row).execute());
}
