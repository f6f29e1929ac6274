import type { Kysely } from 'kysely';
import type { Connector, Grant } from '../../src/channels/connector.ts';
import { setDuty } from '../../src/db/connection-duty.ts';
import { tokenContext } from '../../src/db/connection-grant.ts';
import type { Database } from '../../src/db/schema.ts';
import { tenantKeys } from '../../src/db/tenant-key.ts';
import { withTenant } from '../../src/db/tenant.ts';
import type { ConnectionState } from '../../src/domain/connection.ts';
import type { GrantKind } from '../../src/domain/grant.ts';
import type { ConnectionId, TenantId } from '../../src/domain/ids.ts';
import type { Network } from '../../src/domain/network.ts';
import { newId } from '../../src/platform/new-id.ts';
import { type SealKey, seal } from '../../src/platform/sealing.ts';

/** A page that a test holds tokens for. */
export interface TokenHolder {
  readonly network: Network;
  readonly kind: GrantKind;
  readonly externalId: string;
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly scopes?: readonly string[];
  readonly state?: ConnectionState;
  /** When a refresh is due; absent: never. */
  readonly refreshDueAt?: Date;
}

/** Connects a page to a tenant as if a person had done so, and seals its tokens. */
export async function holdTokens(
  db: Kysely<Database>,
  tenantId: TenantId,
  holder: TokenHolder,
  masterKeys: readonly SealKey[],
): Promise<ConnectionId> {
  const connectionId = newId<ConnectionId>();
  const now = new Date();
  await withTenant(db, tenantId, async (trx) => {
    const { newest } = await tenantKeys(trx, tenantId, masterKeys, now);
    const key = { tenantId, connectionId };
    await trx
      .insertInto('connection')
      .values({
        tenant_id: tenantId,
        id: connectionId,
        network: holder.network,
        external_id: holder.externalId,
        name: `A page on ${holder.network}`,
        state: holder.state ?? 'connected',
        grant_kind: holder.kind,
        approval_policy_id: null,
        connected_at: now,
        connected_by: null,
        last_success_at: null,
        last_checked_at: null,
        last_error: null,
        scopes: holder.scopes ?? null,
      })
      .execute();
    await trx
      .insertInto('connection_secret')
      .values({
        tenant_id: tenantId,
        connection_id: connectionId,
        access_token: seal(newest, tokenContext(key, 'access_token'), holder.accessToken),
        refresh_token:
          holder.refreshToken === null ? null : seal(newest, tokenContext(key, 'refresh_token'), holder.refreshToken),
        expires_at: null,
      })
      .execute();
    if (holder.refreshDueAt === undefined) return;
    await setDuty(trx, { ...key, kind: 'refresh' }, { dueAt: holder.refreshDueAt, attempts: 0 });
  });
  return connectionId;
}

/** A connector that only renews, in the way that the test says. */
export function renewing(refresh: (refreshToken: string | null) => Promise<Partial<Grant>>): Connector {
  const never = async (): Promise<never> => {
    throw new Error('only a refresh was expected');
  };
  return {
    network: 'x',
    kind: 'oauth',
    way: 'consent',
    pkce: true,
    authorizationUrl: () => 'https://x.test',
    exchangeCode: never,
    adminProfile: never,
    listPages: never,
    probe: never,
    grantedScopes: never,
    refresh: async ({ refreshToken }) => ({
      accessToken: 'unset',
      refreshToken: null,
      expiresAt: null,
      consentExpiresAt: null,
      scopes: null,
      ...(await refresh(refreshToken)),
    }),
    revoke: null,
    watch: null,
  };
}
