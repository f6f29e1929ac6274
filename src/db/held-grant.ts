import type { ConnectionState, Revocation } from '../domain/connection.ts';
import type { GrantKind } from '../domain/grant.ts';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
import type { Network } from '../domain/network.ts';
import { type SealKey, sealVersion, unseal } from '../platform/sealing.ts';
import { tokenContext } from './connection-grant.ts';
import { tenantKeys } from './tenant-key.ts';
import type { TenantTransaction } from './tenant.ts';

/** A connection as its network knows it, with all that is kept of its grant, opened. */
export interface StoredGrant {
  readonly network: Network;
  readonly kind: GrantKind;
  readonly state: ConnectionState;
  readonly revocation: Revocation | null;
  readonly disconnectedAt: Date | null;
  /** `null`: the tokens have been thrown away. */
  readonly held: OpenedGrant | null;
}

export interface OpenedGrant {
  readonly externalId: string;
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly scopes: readonly string[] | null;
  readonly details: Readonly<Record<string, string>>;
}

/** The grant of a connection, with its tokens opened. */
export async function selectStoredGrant(
  trx: TenantTransaction,
  about: { readonly tenantId: TenantId; readonly connectionId: ConnectionId },
  { masterKeys, now }: { readonly masterKeys: readonly SealKey[]; readonly now: Date },
): Promise<StoredGrant> {
  const row = await trx
    .selectFrom('connection')
    .leftJoin('connection_secret as secret', (join) =>
      join.onRef('secret.tenant_id', '=', 'connection.tenant_id').onRef('secret.connection_id', '=', 'connection.id'),
    )
    .select(['connection.network', 'connection.grant_kind', 'connection.state', 'connection.revocation'])
    .select(['connection.disconnected_at', 'connection.external_id', 'connection.scopes', 'connection.details'])
    .select(['secret.access_token', 'secret.refresh_token'])
    .where('connection.id', '=', about.connectionId)
    .executeTakeFirstOrThrow();
  const { network, grant_kind: kind, state, revocation, disconnected_at: disconnectedAt } = row;
  const stored = { network, kind, state, revocation, disconnectedAt };
  if (row.access_token === null) return { ...stored, held: null };
  const keys = await tenantKeys(trx, about.tenantId, masterKeys, now);
  const open = (sealed: string, column: 'access_token' | 'refresh_token') =>
    unseal(keys.byVersion(sealVersion(sealed)), tokenContext(about, column), sealed);
  return {
    ...stored,
    held: {
      externalId: row.external_id,
      accessToken: open(row.access_token, 'access_token'),
      refreshToken: row.refresh_token === null ? null : open(row.refresh_token, 'refresh_token'),
      scopes: row.scopes,
      details: row.details,
    },
  };
}
