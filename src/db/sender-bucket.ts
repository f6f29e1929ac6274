import { sql } from 'kysely';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
import { blockMs, blockSize, campaignShare, minRatePerS, rateNow } from '../domain/sender-rate.ts';
import type { TenantTransaction } from './tenant.ts';

export interface SenderKey {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
}

/** Messages that may leave once `startsInMs` have passed. None: nothing is free yet, ask again then. */
export interface Block {
  readonly count: number;
  readonly startsInMs: number;
}

interface Bucket {
  readonly ratePerS: number;
  readonly limitPerS: number;
  readonly sinceHalvedS: number | null;
  /** For how long the number's time has been handed out already. */
  readonly aheadMs: number;
}

/** Makes the number's bucket if there is none, and notes what the network allows it. */
export async function setSenderLimit(
  trx: TenantTransaction,
  { tenantId, connectionId }: SenderKey,
  limitPerS: number,
): Promise<void> {
  await sql`
    insert into sender_bucket (tenant_id, connection_id, rate_per_s, limit_per_s, taken_until)
    values (${tenantId}::uuid, ${connectionId}::uuid, ${limitPerS}, ${limitPerS}, clock_timestamp())
    on conflict (tenant_id, connection_id) do update set limit_per_s = excluded.limit_per_s
      where sender_bucket.limit_per_s <> excluded.limit_per_s`.execute(trx);
}

/** Notes what WhatsApp has told of a number: what it allows, and whose reach it uses. */
export async function noteNumberLimits(
  trx: TenantTransaction,
  key: SenderKey,
  { perSecond, portfolioId }: { readonly perSecond: number; readonly portfolioId: string },
): Promise<void> {
  await setSenderLimit(trx, key, perSecond);
  await sql`
    update sender_bucket set portfolio_id = ${portfolioId}
    where tenant_id = ${key.tenantId}::uuid and connection_id = ${key.connectionId}::uuid
      and portfolio_id is distinct from ${portfolioId}`.execute(trx);
}

/**
 * A block of at most 200 ms for a campaign. While more than that is handed out already there is none: nobody queues up
 * far ahead, so a live reply, and another campaign, soon have their turn.
 */
export async function takeBlock(
  trx: TenantTransaction,
  key: SenderKey,
  { most, ownRatePerS }: { readonly most: number; readonly ownRatePerS: number | null },
): Promise<Block> {
  const bucket = await lockBucket(trx, key);
  if (bucket.aheadMs > blockMs) return { count: 0, startsInMs: bucket.aheadMs - blockMs };
  const ratePerS = rateNow(bucket);
  const count = Math.min(most, blockSize(ratePerS, ownRatePerS));
  await take(trx, key, count / (ratePerS * campaignShare));
  return { count, startsInMs: bucket.aheadMs };
}

/**
 * Takes the room of one live reply and answers how long it has to wait: not at all, unless people alone write faster
 * than the number can send. Campaigns make room for it afterwards.
 */
export async function takeForReply(trx: TenantTransaction, key: SenderKey): Promise<number> {
  const bucket = await lockBucket(trx, key);
  await take(trx, key, 1 / rateNow(bucket));
  return Math.max(0, bucket.aheadMs - longestAheadMs(bucket));
}

/** What campaigns can have handed out at most; a block is one message, however slow the number is. */
function longestAheadMs(bucket: Bucket): number {
  const ratePerS = rateNow(bucket);
  return blockMs + (blockSize(ratePerS, null) / (ratePerS * campaignShare)) * 1_000;
}

/** Messages that have come in count against the number's throughput like those that go out. */
export async function debitInbound(trx: TenantTransaction, key: SenderKey, count: number): Promise<void> {
  const bucket = await lockBucket(trx, key);
  await take(trx, key, count / rateNow(bucket));
}

/** The network has said "too fast". Many refusals within a second are one. */
export async function slowSender(trx: TenantTransaction, { tenantId, connectionId }: SenderKey): Promise<void> {
  const bucket = await lockBucket(trx, { tenantId, connectionId });
  if (bucket.sinceHalvedS !== null && bucket.sinceHalvedS < 1) return;
  await sql`
    update sender_bucket
    set rate_per_s = ${Math.max(minRatePerS, rateNow(bucket) / 2)}, halved_at = clock_timestamp()
    where tenant_id = ${tenantId}::uuid and connection_id = ${connectionId}::uuid`.execute(trx);
}

async function lockBucket(trx: TenantTransaction, { tenantId, connectionId }: SenderKey): Promise<Bucket> {
  const { rows } = await sql<Bucket>`
    select rate_per_s as "ratePerS", limit_per_s as "limitPerS",
           extract(epoch from clock_timestamp() - halved_at)::double precision as "sinceHalvedS",
           greatest(0, extract(epoch from taken_until - clock_timestamp()) * 1000)::double precision as "aheadMs"
    from sender_bucket where tenant_id = ${tenantId}::uuid and connection_id = ${connectionId}::uuid
    for update`.execute(trx);
  const [bucket] = rows;
  if (bucket !== undefined) return bucket;
  await setSenderLimit(trx, { tenantId, connectionId }, usualLimitPerS);
  return lockBucket(trx, { tenantId, connectionId });
}

/** What a number may send before WhatsApp has upgraded it. */
const usualLimitPerS = 80;

async function take(trx: TenantTransaction, { tenantId, connectionId }: SenderKey, seconds: number): Promise<void> {
  await sql`
    update sender_bucket
    set taken_until = greatest(taken_until, clock_timestamp()) + ${seconds}::double precision * interval '1 second'
    where tenant_id = ${tenantId}::uuid and connection_id = ${connectionId}::uuid`.execute(trx);
}
