import { randomBytes } from 'node:crypto';
import type { TenantId } from '../domain/ids.ts';
import { type SealKey, seal, sealVersion, unseal } from '../platform/sealing.ts';
import type { TenantTransaction } from './tenant.ts';

/**
 * The tenant's data keys, wrapped by the master keys. Returns the newest for sealing and finds older ones by version
 * for opening. Makes the first key of a tenant when there is none yet; two that try at once end with the same one.
 */
export async function tenantKeys(
  trx: TenantTransaction,
  tenantId: TenantId,
  masterKeys: readonly SealKey[],
  now: Date,
): Promise<{ newest: SealKey; byVersion: (version: number) => SealKey }> {
  const stored = await select(trx);
  const rows = stored.length > 0 ? stored : await create(trx, tenantId, masterKeys, now);
  const keys = rows.map(({ version, wrapped_key }) => ({
    version,
    bytes: Buffer.from(unseal(masterKey(masterKeys, wrapped_key), context(tenantId, version), wrapped_key), 'base64'),
  }));
  const [newest] = keys;
  if (newest === undefined) throw new Error('the tenant has no data key');
  return {
    newest,
    byVersion: (version) => {
      const key = keys.find((candidate) => candidate.version === version);
      if (key === undefined) throw new Error(`the tenant has no data key of version ${version}`);
      return key;
    },
  };
}

async function create(
  trx: TenantTransaction,
  tenantId: TenantId,
  masterKeys: readonly SealKey[],
  now: Date,
): Promise<readonly { version: number; wrapped_key: string }[]> {
  await insert(trx, tenantId, { version: 1, master: current(masterKeys), now });
  return select(trx);
}

/**
 * Wraps the tenant's data keys with the current master key, where another one has wrapped them, and then makes a new data
 * key, which seals from now on. The old data keys stay, for whatever they have sealed. Returns how many were wrapped
 * anew; repeating it changes nothing.
 */
export async function rewrapTenantKeys(
  trx: TenantTransaction,
  tenantId: TenantId,
  masterKeys: readonly SealKey[],
  now: Date,
): Promise<number> {
  const master = current(masterKeys);
  const rows = await trx
    .selectFrom('tenant_key')
    .select(['version', 'wrapped_key'])
    .where('tenant_id', '=', tenantId)
    .orderBy('version')
    .forUpdate()
    .execute();
  const old = rows.filter(({ wrapped_key }) => sealVersion(wrapped_key) !== master.version);
  for (const { version, wrapped_key } of old) {
    const bytes = unseal(masterKey(masterKeys, wrapped_key), context(tenantId, version), wrapped_key);
    await trx
      .updateTable('tenant_key')
      .set({ wrapped_key: seal(master, context(tenantId, version), bytes) })
      .where('tenant_id', '=', tenantId)
      .where('version', '=', version)
      .execute();
  }
  const newest = rows.at(-1);
  if (old.length > 0 && newest !== undefined) await insert(trx, tenantId, { version: newest.version + 1, master, now });
  return old.length;
}

async function insert(
  trx: TenantTransaction,
  tenantId: TenantId,
  { version, master, now }: { version: number; master: SealKey; now: Date },
): Promise<void> {
  const wrapped = seal(master, context(tenantId, version), randomBytes(32).toString('base64'));
  await trx
    .insertInto('tenant_key')
    .values({ tenant_id: tenantId, version, wrapped_key: wrapped, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

function current([master]: readonly SealKey[]): SealKey {
  if (master === undefined) throw new Error('no master key is configured');
  return master;
}

function select(trx: TenantTransaction): Promise<{ version: number; wrapped_key: string }[]> {
  return trx.selectFrom('tenant_key').select(['version', 'wrapped_key']).orderBy('version', 'desc').execute();
}

function masterKey(masterKeys: readonly SealKey[], wrapped: string): SealKey {
  const version = sealVersion(wrapped);
  const key = masterKeys.find((candidate) => candidate.version === version);
  if (key === undefined) throw new Error(`no master key of version ${version} is configured`);
  return key;
}

function context(tenantId: TenantId, version: number) {
  return { tenantId, table: 'tenant_key', row: String(version) };
}
