import {
  claimKey,
  keepAnswer,
  type KeyClaim,
  type KeyOwner,
  releaseKey,
  type StoredAnswer,
} from '../../db/idempotency.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import { refuseCommon } from '../common-problems.ts';
import { type ApiRequest, headerOf, type Reply } from './request.ts';
import { parameterError } from './validate.ts';

const keyPattern = /^[\x21-\x7e]{1,255}$/;

/** The key of a POST or PATCH, or null. Throws 400 for one that is not 1 to 255 visible ASCII characters. */
export function idempotencyKeyOf({ method, headers }: ApiRequest): string | null {
  const key = method === 'POST' || method === 'PATCH' ? headerOf(headers, 'idempotency-key') : null;
  if (key !== null && !keyPattern.test(key)) {
    throw parameterError('Idempotency-Key', 'format', 'must have 1 to 255 visible ASCII characters');
  }
  return key;
}

/** The right to run the request, or the answer that it had before. Throws 409 and 422. */
export async function claim(
  trx: TenantTransaction,
  owner: KeyOwner,
  { bodyHash, now }: { bodyHash: string; now: Date },
): Promise<{ readonly claim: KeyClaim } | { readonly replay: Reply }> {
  const result = await claimKey(trx, owner, { bodyHash, now });
  switch (result.kind) {
    case 'claimed':
      return { claim: result.claim };
    case 'answered':
      return { replay: replayed(result.answer) };
    case 'other_body':
      throw refuseCommon('idempotency_key_reused');
    case 'in_flight': {
      const waitS = Math.max(1, Math.ceil((result.leaseUntil.getTime() - now.getTime()) / 1_000));
      throw refuseCommon('idempotency_in_flight', { headers: { 'retry-after': String(Math.min(waitS, 2)) } });
    }
  }
}

/** Keeps the answer in the transaction of the work itself, so that both are there or neither. */
export async function keep(trx: TenantTransaction, held: KeyClaim, reply: Reply): Promise<void> {
  const kept = await keepAnswer(trx, held, reply);
  // Another request took the key over after the lease: its answer counts, and this transaction must not.
  if (!kept) throw refuseCommon('idempotency_in_flight', { headers: { 'retry-after': '1' } });
}

export const release: (trx: TenantTransaction, held: KeyClaim) => Promise<void> = releaseKey;

function replayed({ status, headers, json }: StoredAnswer): Reply {
  return { status, json, headers: { ...headers, 'idempotency-replayed': 'true' } };
}
