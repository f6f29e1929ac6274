import type { HeldPage } from '../channels/connector.ts';
import { selectConnectionAccess } from '../db/connection.ts';
import { tokenContext } from '../db/connection-grant.ts';
import { tenantKeys } from '../db/tenant-key.ts';
import type { TenantTransaction } from '../db/tenant.ts';
import type { GrantKind } from '../domain/grant.ts';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
import type { Network } from '../domain/network.ts';
import { type SealKey, sealVersion, unseal } from '../platform/sealing.ts';

/** A connection whose grant may still work, with its token, opened. */
export interface HeldConnection {
  readonly network: Network;
  readonly grantKind: GrantKind;
  readonly grantVersion: number;
  readonly tokenVersion: number;
  readonly connectedAt: Date;
  readonly lastLookAt: Date;
  /** `null`: it holds no token any more. */
  readonly page: HeldPage | null;
}

/** Reads a connection with its token; `null` if it is over, or gone: then there is nothing to be done for it. */
export async function readHeldConnection(
  trx: TenantTransaction,
  key: { readonly tenantId: TenantId; readonly connectionId: ConnectionId },
  { masterKeys, now }: { masterKeys: readonly SealKey[]; now: Date },
): Promise<HeldConnection | null> {
  const row = await selectConnectionAccess(trx, key.connectionId);
  if (row === null) return null;
  const { network, grant_kind: grantKind, external_id: externalId, details, state, access_token } = row;
  if (state === 'expired' || state === 'disconnected') return null;
  const facts = {
    network,
    grantKind,
    grantVersion: row.grant_version,
    tokenVersion: row.token_version ?? 0,
    connectedAt: row.connected_at,
    lastLookAt: row.last_checked_at ?? row.connected_at,
  };
  if (access_token === null) return { ...facts, page: null };
  const keys = await tenantKeys(trx, key.tenantId, masterKeys, now);
  const accessToken = unseal(keys.byVersion(sealVersion(access_token)), tokenContext(key), access_token);
  return { ...facts, page: { externalId, details, accessToken } };
}
