import type { ConnectionError, ConnectionState } from '../domain/connection.ts';
import type { GrantStanding } from '../domain/connection-health.ts';
import type { GrantKind } from '../domain/grant.ts';
import type { AdminProfileId, ConnectionId, TenantId, UserId } from '../domain/ids.ts';
import type { Network } from '../domain/network.ts';
import { newId } from '../platform/new-id.ts';
import { standingOf } from './connection-standing.ts';
import type { TenantTransaction } from './tenant.ts';

/** A page as it has just been granted. */
export interface GrantedConnection {
  readonly tenantId: TenantId;
  readonly network: Network;
  readonly grantKind: GrantKind;
  readonly externalId: string;
  readonly name: string;
  readonly details: Readonly<Record<string, string>>;
  readonly state: ConnectionState;
  readonly adminProfileId: AdminProfileId;
  /** `null`: the network does not tell. */
  readonly scopes: readonly string[] | null;
  readonly missingScopes: readonly string[];
  /** What keeps it from being `connected`. */
  readonly error: ConnectionError | null;
  readonly consentExpiresAt: Date | null;
  readonly by: UserId;
  readonly now: Date;
}

/** What a connection was before it was granted anew. */
export interface EarlierConnection extends GrantStanding {
  readonly adminProfileId: AdminProfileId | null;
}

/**
 * Makes the connection of a page, or revives the one that the tenant has of it, with its history, its policy and its
 * suspension. The caller holds the gate of the tenant. Breaks the unique index `connection_page` if another tenant has
 * the page.
 */
export async function grantConnection(
  trx: TenantTransaction,
  granted: GrantedConnection,
): Promise<{ id: ConnectionId; earlier: EarlierConnection | null }> {
  const found = await trx
    .selectFrom('connection')
    .select(['id', 'network', 'grant_kind', 'state', 'missing_scopes', 'last_error', 'admin_profile_id'])
    .where('network', '=', granted.network)
    .where('external_id', '=', granted.externalId)
    .forUpdate()
    .executeTakeFirst();
  const { now } = granted;
  const news = {
    name: granted.name,
    state: granted.state,
    grant_kind: granted.grantKind,
    details: JSON.stringify(granted.details),
    admin_profile_id: granted.adminProfileId,
    scopes: granted.scopes,
    missing_scopes: granted.missingScopes,
    consent_expires_at: granted.consentExpiresAt,
    connected_at: now,
    connected_by: granted.by,
    // The network has just named the page to us.
    last_success_at: now,
    last_checked_at: now,
    last_error: granted.error === null ? null : JSON.stringify(granted.error),
    disconnected_at: null,
    disconnected_by: null,
    revocation: null,
  };
  if (found !== undefined) {
    await trx
      .updateTable('connection')
      .set((eb) => ({ ...news, grant_version: eb('grant_version', '+', 1) }))
      .where('id', '=', found.id)
      .execute();
    return { id: found.id, earlier: { ...standingOf(found), adminProfileId: found.admin_profile_id } };
  }
  const id = newId<ConnectionId>();
  const page = { network: granted.network, external_id: granted.externalId, approval_policy_id: null };
  await trx
    .insertInto('connection')
    .values({ tenant_id: granted.tenantId, id, ...page, ...news })
    .execute();
  return { id, earlier: null };
}

/** Keeps the sealed tokens of a new grant: whoever still uses older ones reads again. */
export async function keepTokens(
  trx: TenantTransaction,
  { tenantId, connectionId }: { tenantId: TenantId; connectionId: ConnectionId },
  tokens: { readonly accessToken: string; readonly refreshToken: string | null; readonly expiresAt: Date | null },
): Promise<void> {
  const news = {
    access_token: tokens.accessToken,
    refresh_token: tokens.refreshToken,
    expires_at: tokens.expiresAt,
    // Whoever is spending the old refresh token must not store what comes of it.
    refresh_lease: null,
    refresh_lease_until: null,
  };
  await trx
    .insertInto('connection_secret')
    .values({ tenant_id: tenantId, connection_id: connectionId, ...news })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'connection_id'])
        .doUpdateSet((eb) => ({ ...news, token_version: eb('connection_secret.token_version', '+', 1) })),
    )
    .execute();
}

export type GrantableConnection = NonNullable<Awaited<ReturnType<typeof selectGrantable>>>;

/** The page whose grant is to be renewed. */
export async function selectGrantable(trx: TenantTransaction, id: ConnectionId) {
  const row = await trx
    .selectFrom('connection')
    .select(['id', 'network', 'grant_kind', 'external_id', 'name', 'state', 'admin_profile_id'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

/** Which of these pages the tenant has already, whatever their state. */
export function selectKnownPages(trx: TenantTransaction, network: Network, externalIds: readonly string[]) {
  if (externalIds.length === 0) return Promise.resolve([]);
  return trx
    .selectFrom('connection')
    .select(['id', 'external_id', 'state'])
    .where('network', '=', network)
    .where('external_id', 'in', externalIds)
    .execute();
}
