import { selectConnectionAccess } from '../../db/connection.ts';
import { tokenContext } from '../../db/connection-grant.ts';
import { tenantKeys } from '../../db/tenant-key.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { ConnectionState } from '../../domain/connection.ts';
import type { ConnectionId, TenantId } from '../../domain/ids.ts';
import { type SealKey, sealVersion, unseal } from '../../platform/sealing.ts';
import type { ProbedPage } from './probe.ts';

export interface PageAccess {
  readonly state: ConnectionState;
  readonly grantVersion: number;
  /** Of no meaning where there is no token. */
  readonly tokenVersion: number;
  /** `none`: the connection was ended. `null`: it holds no token any more. */
  readonly page: ProbedPage | 'none' | null;
}

/** The page of a connection with its token, opened; null for a connection that the tenant does not have. */
export async function readAccess(
  trx: TenantTransaction,
  { tenantId, connectionId, now }: { tenantId: TenantId; connectionId: ConnectionId; now: Date },
  masterKeys: readonly SealKey[],
): Promise<PageAccess | null> {
  const row = await selectConnectionAccess(trx, connectionId);
  if (row === null) return null;
  const { network, grant_kind, details, external_id, state, access_token } = row;
  const common = { state, grantVersion: row.grant_version, tokenVersion: row.token_version ?? 0 };
  if (state === 'disconnected') return { ...common, page: 'none' };
  if (access_token === null) return { ...common, page: null };
  const keys = await tenantKeys(trx, tenantId, masterKeys, now);
  const context = tokenContext({ tenantId, connectionId });
  const accessToken = unseal(keys.byVersion(sealVersion(access_token)), context, access_token);
  return { ...common, page: { network, kind: grant_kind, externalId: external_id, details, accessToken } };
}
