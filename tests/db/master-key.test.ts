import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { readAccess } from '../../src/api/connections/page-access.ts';
import { lockTokens, openTokens, replaceTokens } from '../../src/db/connection-token.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import { tenantKeys } from '../../src/db/tenant-key.ts';
import type { AuthorizationId, ConnectionId } from '../../src/domain/ids.ts';
import { newId } from '../../src/platform/new-id.ts';
import { seal, sealVersion, type SealKey, unseal } from '../../src/platform/sealing.ts';
import { type FreshTenant, freshTenant } from '../support/fresh-tenant.ts';
import { holdTokens } from '../support/held-tokens.ts';
import { useOwnDatabase } from './support/own-database.ts';

const { app, variables } = useOwnDatabase();
const oldKey: SealKey = { version: 1, bytes: randomBytes(32) };
const newKey: SealKey = { version: 2, bytes: randomBytes(32) };
const tenantCount = 3;
const pagesEach = 120;
const now = new Date('2026-11-24T10:00:00Z');

interface Page {
  readonly tenant: FreshTenant;
  readonly id: ConnectionId;
}

const pages: Page[] = [];

beforeAll(async () => {
  for (let i = 0; i < tenantCount; i += 1) {
    const tenant = await freshTenant(app);
    for (let n = 0; n < pagesEach; n += 1) {
      const page = { network: 'x', kind: 'oauth', externalId: randomUUID() } as const;
      const tokens = { accessToken: `access-${n}`, refreshToken: n % 2 === 0 ? `refresh-${n}` : null };
      pages.push({ tenant, id: await holdTokens(app, tenant.id, { ...page, ...tokens }, [oldKey]) });
    }
  }
});

test('a rotation brings everything that is sealed under the new master key, while programs read and write', async () => {
  const both = [newKey, oldKey];
  const authorization = await beginAuthorization(pages[0], both);
  const work = { isOver: false, reads: 0, writes: 0 };
  const readers = Array.from({ length: 3 }, (_, at) => keepReading(work, both, at));
  const writer = keepWriting(work, both);
  const first = await rotate(both);
  work.isOver = true;
  await Promise.all([...readers, writer]);
  expect(first).toMatchObject({ tenants: tenantCount, rewrapped: tenantCount });
  expect(work.reads).toBeGreaterThan(0);
  expect(work.writes).toBeGreaterThan(0);

  // What a transaction sealed that had read the old key before it was replaced is found by the next run.
  await rotate(both);
  expect(await rotate(both)).toEqual({ tenants: tenantCount, rewrapped: 0, resealed: 0 });
  expect(await sealedBy('connection_secret', ['access_token', 'refresh_token'])).toEqual(['v2']);
  expect(await sealedBy('connection_authorization', ['code_verifier', 'sealed_grant'])).toEqual(['v2']);

  // The old master key is not needed any more: every token opens with the new one alone.
  for (const { tenant, id } of pages) {
    const opened = await open(tenant, id, [newKey]);
    expect(opened.accessToken).toMatch(/^(access|written)-/);
    expect(opened.refreshToken ?? 'refresh-').toMatch(/^refresh-/);
  }
  expect(await verifierOf(authorization, [newKey])).toBe('a verifier');
  await expect(open(must(pages[0]).tenant, must(pages[0]).id, [oldKey])).rejects.toThrow('version 2');
});

test('a token that was moved to another tenant, row or column opens no more', async () => {
  const [mine, sibling] = [must(pages[0]), must(pages[2])];
  const foreign = must(pages.find(({ tenant }) => tenant.id !== mine.tenant.id));
  const masterKeys = [newKey, oldKey];
  const stolen = await sealedToken(mine);
  const move = (to: Page, column: 'access_token' | 'refresh_token') =>
    withTenant(app, to.tenant.id, (trx) =>
      trx
        .updateTable('connection_secret')
        .set({ [column]: stolen })
        .where('connection_id', '=', to.id)
        .execute(),
    );
  await move(mine, 'refresh_token');
  await move(sibling, 'access_token');
  await move(foreign, 'access_token');
  for (const { tenant, id } of [mine, sibling, foreign]) await expect(open(tenant, id, masterKeys)).rejects.toThrow();
});

/** Reads pages' tokens as the API does, until the rotation is over. */
async function keepReading(work: { isOver: boolean; reads: number }, masterKeys: SealKey[], from: number) {
  for (let at = from; !work.isOver; at = (at + 7) % pages.length) {
    const { tenant, id } = must(pages[at]);
    const about = { tenantId: tenant.id, connectionId: id, now };
    const access = await withTenant(app, tenant.id, (trx) => readAccess(trx, about, masterKeys));
    expect(access?.page).toMatchObject({ accessToken: expect.stringMatching(/^(access|written)-/) });
    work.reads += 1;
  }
}

/** Replaces tokens as a refresh does, until the rotation is over. */
async function keepWriting(work: { isOver: boolean; writes: number }, masterKeys: SealKey[]) {
  for (let at = 0; !work.isOver; at = (at + 11) % pages.length) {
    const { tenant, id } = must(pages[at]);
    const tokens = { accessToken: `written-${at}`, refreshToken: `refresh-${at}`, expiresAt: null };
    const rest = { consentExpiresAt: null, granted: null, refreshAt: null };
    await withTenant(app, tenant.id, async (trx) => {
      await lockTokens(trx, { tenantId: tenant.id, connectionId: id });
      await replaceTokens(trx, { tenantId: tenant.id, connectionId: id }, { ...tokens, ...rest }, { masterKeys, now });
    });
    work.writes += 1;
  }
}

/** Runs the program, as an operator does. Returns what it logs at the end. */
async function rotate(masterKeys: readonly SealKey[]) {
  const MASTER_KEY = masterKeys.map(({ version, bytes }) => `${version}:${bytes.toString('base64')}`).join(',');
  const env = { PATH: process.env['PATH'], ...variables, MASTER_KEY };
  const { stdout } = await promisify(execFile)(process.execPath, ['src/bin/rotate-master-key.ts'], { env });
  for (const { bytes } of masterKeys) expect(stdout).not.toContain(bytes.toString('base64'));
  const { tenants, rewrapped, resealed } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, number>;
  return { tenants, rewrapped, resealed };
}

async function open({ id: tenantId }: FreshTenant, connectionId: ConnectionId, masterKeys: SealKey[]) {
  return withTenant(app, tenantId, async (trx) => {
    const stored = must(await lockTokens(trx, { tenantId, connectionId }));
    return openTokens(trx, { tenantId, connectionId }, stored, { masterKeys, now });
  });
}

async function sealedToken({ tenant, id }: Page): Promise<string> {
  const stored = await withTenant(app, tenant.id, (trx) => lockTokens(trx, { tenantId: tenant.id, connectionId: id }));
  return must(stored).access_token;
}

/** By which versions of data keys anything is sealed, over all tenants. */
async function sealedBy(table: 'connection_secret' | 'connection_authorization', columns: readonly string[]) {
  const versions = new Set<string>();
  for (const tenant of new Set(pages.map((page) => page.tenant))) {
    for (const column of columns) {
      const { rows } = await withTenant(app, tenant.id, (trx) =>
        sql<{ sealed: string | null }>`select ${sql.ref(column)} as sealed from ${sql.table(table)}`.execute(trx),
      );
      for (const { sealed } of rows) if (sealed !== null) versions.add(`v${sealVersion(sealed)}`);
    }
  }
  return [...versions];
}

async function beginAuthorization(page: Page | undefined, masterKeys: SealKey[]) {
  const { tenant } = must(page);
  const id = newId<AuthorizationId>();
  await withTenant(app, tenant.id, async (trx) => {
    await trx
      .insertInto('connection_authorization')
      .values({
        tenant_id: tenant.id,
        id,
        user_id: tenant.people.giulia,
        purpose: 'connect',
        network: 'x',
        grant_kind: 'oauth',
        state: 'connecting',
        code_verifier: seal(
          (await tenantKeys(trx, tenant.id, masterKeys, now)).newest,
          context(tenant, id),
          'a verifier',
        ),
        created_at: now,
        expires_at: now,
      })
      .execute();
  });
  return { tenant, id };
}

async function verifierOf({ tenant, id }: { tenant: FreshTenant; id: AuthorizationId }, masterKeys: SealKey[]) {
  return withTenant(app, tenant.id, async (trx: TenantTransaction) => {
    const row = await trx.selectFrom('connection_authorization').select('code_verifier').executeTakeFirstOrThrow();
    const sealed = row.code_verifier ?? '';
    const { byVersion } = await tenantKeys(trx, tenant.id, masterKeys, now);
    return unseal(byVersion(sealVersion(sealed)), context(tenant, id), sealed);
  });
}

function context({ id: tenantId }: FreshTenant, id: AuthorizationId) {
  return { tenantId, table: 'connection_authorization', row: `${id}:code_verifier` };
}

function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('there is none');
  return value;
}
