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
  const [master] = masterKeys;
  if (master === undefined) throw new Error('no master key is configured');
  const wrapped = seal(master, context(tenantId, 1), randomBytes(32).toString('base64'));
  await trx
    .insertInto('tenant_key')
    .values({ tenant_id: tenantId, version: 1, wrapped_key: wrapped, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return select(trx);
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
