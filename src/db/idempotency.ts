import { sql } from 'kysely';
import type { TenantId, UserId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/** Whose key it is, and for what. */
export interface KeyOwner {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** Method and path, parameters filled in. */
  readonly route: string;
  readonly key: string;
}

/** The right to run a request, until `leaseUntil`; proves to the later writes that nobody has taken it over. */
export interface KeyClaim extends KeyOwner {
  readonly leaseUntil: Date;
}

export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON text of the body; null for an answer without one. */
  readonly json: string | null;
}

export type ClaimResult =
  | { readonly kind: 'claimed'; readonly claim: KeyClaim }
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  | { readonly kind: 'other_body' }
  | { readonly kind: 'in_flight'; readonly leaseUntil: Date };

const leaseMs = 60_000;
const keptMs = 24 * 3_600_000;

/**
 * Writes the row of a key before its request runs; commit it before going on. Found unanswered and past its lease (the
 * process died), the row is taken over by a request with the same body; found older than a day, it starts afresh.
 */
export async function claimKey(
  trx: TenantTransaction,
  owner: KeyOwner,
  { bodyHash, now }: { bodyHash: string; now: Date },
): Promise<ClaimResult> {
  const leaseUntil = new Date(now.getTime() + leaseMs);
  const { rows } = await sql`
    insert into idempotency_key as held (tenant_id, user_id, route, key, body_hash, created_at, lease_until)
    values (${owner.tenantId}, ${owner.userId}, ${owner.route}, ${owner.key}, ${bodyHash}, ${now}, ${leaseUntil})
    on conflict (tenant_id, user_id, route, key) do update
      set body_hash = excluded.body_hash, created_at = excluded.created_at, lease_until = excluded.lease_until,
          status = null, answer = null
      where held.created_at <= ${new Date(now.getTime() - keptMs)}
         or (held.status is null and held.lease_until <= ${now} and held.body_hash = excluded.body_hash)
    returning 1`.execute(trx);
  return rows.length > 0 ? { kind: 'claimed', claim: { ...owner, leaseUntil } } : read(trx, owner, bodyHash);
}

async function read(trx: TenantTransaction, owner: KeyOwner, bodyHash: string): Promise<ClaimResult> {
  const row = await trx
    .selectFrom('idempotency_key')
    .select(['body_hash', 'status', 'answer', 'lease_until'])
    .where('user_id', '=', owner.userId)
    .where('route', '=', owner.route)
    .where('key', '=', owner.key)
    .executeTakeFirstOrThrow();
  if (row.body_hash !== bodyHash) return { kind: 'other_body' };
  if (row.status === null) return { kind: 'in_flight', leaseUntil: row.lease_until };
  return { kind: 'answered', answer: row.answer as StoredAnswer };
}

/** Keeps the answer; false if the claim was taken over meanwhile: then roll back, the other one answers. */
export async function keepAnswer(trx: TenantTransaction, claim: KeyClaim, answer: StoredAnswer): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('idempotency_key')
    .set({ status: answer.status, answer: JSON.stringify(answer) })
    .where('user_id', '=', claim.userId)
    .where('route', '=', claim.route)
    .where('key', '=', claim.key)
    .where('status', 'is', null)
    .where('lease_until', '=', claim.leaseUntil)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Gives the key back, so that repeating the request runs it again: nothing was decided. */
export async function releaseKey(trx: TenantTransaction, claim: KeyClaim): Promise<void> {
  await trx
    .deleteFrom('idempotency_key')
    .where('user_id', '=', claim.userId)
    .where('route', '=', claim.route)
    .where('key', '=', claim.key)
    .where('status', 'is', null)
    .where('lease_until', '=', claim.leaseUntil)
    .execute();
}
