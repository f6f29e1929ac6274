import type { ConnectionId, TenantId } from '../domain/ids.ts';
import { type SealKey, seal, sealVersion, unseal } from '../platform/sealing.ts';
import { dropDuties, setDuty } from './connection-duty.ts';
import { tokenContext } from './connection-grant.ts';
import type { TenantTransaction } from './tenant.ts';
import { tenantKeys } from './tenant-key.ts';

/** Whose tokens. */
export interface TokenKey {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
}

/** The tokens of a connection, sealed, with all that decides whether they may be renewed. */
export type StoredTokens = NonNullable<Awaited<ReturnType<typeof lockTokens>>>;

/** The same, opened. */
export interface OpenTokens {
  readonly accessToken: string;
  readonly refreshToken: string | null;
}

/**
 * Reads a connection's tokens, sealed, and lets nobody else lease or replace them meanwhile; null if there are none. The
 * connection is locked before its tokens, as whoever breaks or mends it does, so that nobody waits for each other.
 */
export async function lockTokens(trx: TenantTransaction, { tenantId, connectionId }: TokenKey) {
  const connection = await trx
    .selectFrom('connection')
    .select(['network', 'grant_kind', 'external_id', 'details', 'state', 'grant_version', 'scopes'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', connectionId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (connection === undefined) return null;
  const secret = await trx
    .selectFrom('connection_secret')
    .select(['access_token', 'refresh_token', 'token_version', 'refresh_lease', 'refresh_lease_until'])
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .forUpdate()
    .executeTakeFirst();
  return secret === undefined ? null : { ...connection, ...secret };
}

export async function openTokens(
  trx: TenantTransaction,
  key: TokenKey,
  { access_token, refresh_token }: Pick<StoredTokens, 'access_token' | 'refresh_token'>,
  { masterKeys, now }: { masterKeys: readonly SealKey[]; now: Date },
): Promise<OpenTokens> {
  const keys = await tenantKeys(trx, key.tenantId, masterKeys, now);
  const open = (sealed: string, column: 'access_token' | 'refresh_token'): string =>
    unseal(keys.byVersion(sealVersion(sealed)), tokenContext(key, column), sealed);
  return {
    accessToken: open(access_token, 'access_token'),
    refreshToken: refresh_token === null ? null : open(refresh_token, 'refresh_token'),
  };
}

/** Says who may spend the refresh token until then; nobody, if `lease` is null. */
export async function leaseTokens(
  trx: TenantTransaction,
  { tenantId, connectionId }: TokenKey,
  { lease, until }: { lease: string | null; until: Date | null },
): Promise<void> {
  await trx
    .updateTable('connection_secret')
    .set({ refresh_lease: lease, refresh_lease_until: until })
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .execute();
}

export interface NewTokens {
  readonly accessToken: string;
  /** `null`: the network gave none, and the one that is there stays. */
  readonly refreshToken: string | null;
  readonly expiresAt: Date | null;
  /** `null`: as before. */
  readonly consentExpiresAt: Date | null;
  /** `null`: as before. */
  readonly granted: { readonly scopes: readonly string[]; readonly missing: readonly string[] } | null;
  /** When they are to be renewed in their turn; `null`: never. */
  readonly refreshAt: Date | null;
}

/** Puts renewed tokens in the place of the old ones and gives the lease back. Returns the new version. */
export async function replaceTokens(
  trx: TenantTransaction,
  key: TokenKey,
  tokens: NewTokens,
  { masterKeys, now }: { masterKeys: readonly SealKey[]; now: Date },
): Promise<number> {
  const { tenantId, connectionId } = key;
  const { newest } = await tenantKeys(trx, tenantId, masterKeys, now);
  const { accessToken, refreshToken, expiresAt, consentExpiresAt, granted, refreshAt } = tokens;
  const { token_version } = await trx
    .updateTable('connection_secret')
    .set((eb) => ({
      access_token: seal(newest, tokenContext(key, 'access_token'), accessToken),
      expires_at: expiresAt,
      token_version: eb('token_version', '+', 1),
      refresh_lease: null,
      refresh_lease_until: null,
    }))
    // An empty refresh token never overwrites the one that is there.
    .$if(Boolean(refreshToken), (query) =>
      query.set({ refresh_token: seal(newest, tokenContext(key, 'refresh_token'), refreshToken ?? '') }),
    )
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .returning('token_version')
    .executeTakeFirstOrThrow();
  if (consentExpiresAt !== null || granted !== null) {
    await trx
      .updateTable('connection')
      .set({
        ...(consentExpiresAt === null ? {} : { consent_expires_at: consentExpiresAt }),
        ...(granted === null ? {} : { scopes: granted.scopes, missing_scopes: granted.missing }),
      })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', connectionId)
      .execute();
  }
  if (refreshAt === null) await dropDuties(trx, connectionId, 'refresh');
  else await setDuty(trx, { tenantId, connectionId, kind: 'refresh' }, { dueAt: refreshAt, attempts: 0 });
  return token_version;
}

/** Whether the token of a connection is to be renewed now; a token that is never due is not. */
export async function isRefreshDue(
  trx: TenantTransaction,
  { tenantId, connectionId }: TokenKey,
  now: Date,
): Promise<boolean> {
  const duty = await trx
    .selectFrom('connection_duty')
    .select('due_at')
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .where('kind', '=', 'refresh')
    .executeTakeFirst();
  return duty !== undefined && duty.due_at <= now;
}

/** When the access token lapses; `null`: never, or the network does not say. */
export async function tokenExpiry(trx: TenantTransaction, { tenantId, connectionId }: TokenKey): Promise<Date | null> {
  const row = await trx
    .selectFrom('connection_secret')
    .select('expires_at')
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .executeTakeFirst();
  return row?.expires_at ?? null;
}
