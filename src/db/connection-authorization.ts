import type { Insertable, Kysely } from 'kysely';
import type { AuthorizationFailure, AuthorizationPage, AuthorizationState } from '../domain/authorization.ts';
import type { AdminProfileId, AuthorizationId, TenantId, UserId } from '../domain/ids.ts';
import type { Database } from './schema.ts';
import type { TenantTransaction } from './tenant.ts';

const columns = [
  'id',
  'user_id',
  'purpose',
  'network',
  'grant_kind',
  'connection_id',
  'named',
  'passed_slots',
  'state',
  'admin_profile_id',
  'scopes',
  'pages',
  'consent_expires_at',
  'failure',
  'created_at',
  'expires_at',
] as const;

const secrets = ['state_hash', 'code_verifier', 'sealed_grant'] as const;

const openStates = ['connecting', 'selecting_page'] as const satisfies readonly AuthorizationState[];

/** What must not be kept once an authorization is over. */
const withoutSecrets = { state_hash: null, code_verifier: null, sealed_grant: null } as const;

export type AuthorizationRow = NonNullable<Awaited<ReturnType<typeof selectAuthorization>>>;
export type LockedAuthorization = NonNullable<Awaited<ReturnType<typeof lockAuthorization>>>;

/** What binds a sealed value to its place: one column of one authorization. */
export function authorizationContext(
  { tenantId, authorizationId }: { tenantId: TenantId; authorizationId: AuthorizationId },
  column: 'code_verifier' | 'sealed_grant',
) {
  return { tenantId, table: 'connection_authorization', row: `${authorizationId}:${column}` };
}

export async function insertAuthorization(
  trx: TenantTransaction,
  row: Insertable<Database['connection_authorization']>,
): Promise<void> {
  await trx.insertInto('connection_authorization').values(row).execute();
}

/** How many ways to networks a person has open. */
export async function countOpenAuthorizations(trx: TenantTransaction, userId: UserId, now: Date): Promise<number> {
  const { open } = await trx
    .selectFrom('connection_authorization')
    .select(({ fn }) => fn.countAll<string>().as('open'))
    .where('user_id', '=', userId)
    .where('state', 'in', openStates)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow();
  return Number(open);
}

/** An authorization and who granted it; a person sees their own only. */
export async function selectAuthorization(
  trx: TenantTransaction,
  { id, userId }: { id: AuthorizationId; userId: UserId },
) {
  const row = await trx
    .selectFrom('connection_authorization as authorization')
    .leftJoin('admin_profile as profile', (join) =>
      join
        .onRef('profile.tenant_id', '=', 'authorization.tenant_id')
        .onRef('profile.id', '=', 'authorization.admin_profile_id'),
    )
    .select(columns.map((column) => `authorization.${column}` as const))
    .select('profile.name as profile_name')
    .where('authorization.id', '=', id)
    .where('authorization.user_id', '=', userId)
    .executeTakeFirst();
  return row ?? null;
}

/** An authorization with what is secret of it; nobody else may settle it before this transaction ends. */
export async function lockAuthorization(trx: TenantTransaction, id: AuthorizationId) {
  const row = await trx
    .selectFrom('connection_authorization')
    .select(columns)
    .select(secrets)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
}

/** The state has come back, and comes back once. */
export async function spendState(trx: TenantTransaction, id: AuthorizationId): Promise<void> {
  await trx
    .updateTable('connection_authorization')
    .set({ state_hash: null, code_verifier: null })
    .where('id', '=', id)
    .execute();
}

/** What a person came back with. */
export interface Findings {
  readonly adminProfileId: AdminProfileId;
  readonly scopes: readonly string[] | null;
  readonly pages: readonly AuthorizationPage[];
  readonly consentExpiresAt: Date | null;
}

export async function noteFindings(trx: TenantTransaction, id: AuthorizationId, found: Findings): Promise<void> {
  await trx
    .updateTable('connection_authorization')
    .set({
      admin_profile_id: found.adminProfileId,
      scopes: found.scopes,
      pages: JSON.stringify(found.pages),
      consent_expires_at: found.consentExpiresAt,
    })
    .where('id', '=', id)
    .execute();
}

/** The grant is kept, sealed, until its pages have been chosen or the time for that is up. */
export async function awaitChoice(
  trx: TenantTransaction,
  id: AuthorizationId,
  { sealedGrant, expiresAt }: { sealedGrant: string; expiresAt: Date },
): Promise<void> {
  await trx
    .updateTable('connection_authorization')
    .set({ state: 'selecting_page', sealed_grant: sealedGrant, expires_at: expiresAt })
    .where('id', '=', id)
    .execute();
}

export async function settleAuthorization(
  trx: TenantTransaction,
  id: AuthorizationId,
  { failure, now }: { failure: AuthorizationFailure | null; now: Date },
): Promise<void> {
  await trx
    .updateTable('connection_authorization')
    .set({
      ...withoutSecrets,
      state: failure === null ? 'connected' : 'failed',
      failure: failure === null ? null : JSON.stringify(failure),
      settled_at: now,
    })
    .where('id', '=', id)
    .execute();
}

/** Ends what a person consented to and nobody has chosen from yet, before its time. */
export async function expireAuthorizationsOf(
  trx: TenantTransaction,
  adminProfileId: AdminProfileId,
  now: Date,
): Promise<void> {
  await trx
    .updateTable('connection_authorization')
    .set({ ...withoutSecrets, state: 'expired', settled_at: now })
    .where('state', 'in', openStates)
    .where('admin_profile_id', '=', adminProfileId)
    .execute();
}

/** Ends what nobody came back to in time, and forgets its grant. Returns how many there were. */
export async function expireAuthorizations(db: Kysely<Database>, now: Date): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('connection_authorization')
    .set({ ...withoutSecrets, state: 'expired', settled_at: now })
    .where('state', 'in', openStates)
    .where('expires_at', '<=', now)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}
