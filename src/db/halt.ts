import { sql } from 'kysely';
import type { ConnectionId, HaltId, PostId, TenantId, UserId } from '../domain/ids.ts';
import { runningStatuses } from '../domain/post.ts';
import type { TenantTransaction } from './tenant.ts';

/**
 * The gate that every call of a tenant passes, held until the transaction ends. Whoever lets calls out passes it
 * together with others; whoever forbids them closes it, and so waits for those on their way through. Take it before any
 * row: a statement that comes after it sees what the last one to close it has written.
 */
export async function passGate(trx: TenantTransaction, tenantId: TenantId): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(hashtextextended(${`publication/${tenantId}`}, 0))`.execute(trx);
}

/** Alone at the gate: once this has committed, no call begins that does not know what was written here. */
export async function closeGate(trx: TenantTransaction, tenantId: TenantId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`publication/${tenantId}`}, 0))`.execute(trx);
}

export type StoredHalt = NonNullable<Awaited<ReturnType<typeof selectHalt>>>;

/** The stop that lasts; null when there is none. */
export async function selectHalt(trx: TenantTransaction) {
  const row = await trx
    .selectFrom('tenant_halt')
    .select(['id', 'reason', 'halted_by', 'halted_at'])
    .where('released_at', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

/** Like `selectHalt`, and nobody else may end it or let posts go before this transaction ends. */
export async function lockHalt(trx: TenantTransaction): Promise<StoredHalt | null> {
  const row = await trx
    .selectFrom('tenant_halt')
    .select(['id', 'reason', 'halted_by', 'halted_at'])
    .where('released_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
}

export async function insertHalt(
  trx: TenantTransaction,
  { tenantId, id, reason, by, now }: { tenantId: TenantId; id: HaltId; reason: string; by: UserId; now: Date },
): Promise<void> {
  await trx
    .insertInto('tenant_halt')
    .values({ tenant_id: tenantId, id, reason, halted_by: by, halted_at: now, released_by: null, released_at: null })
    .execute();
}

export async function endHalt(
  trx: TenantTransaction,
  { id, by, now }: { id: HaltId; by: UserId; now: Date },
): Promise<void> {
  await trx
    .updateTable('tenant_halt')
    .set({ released_by: by, released_at: now })
    .where('id', '=', id)
    .where('released_at', 'is', null)
    .execute();
}

/** Lets these posts go while the stop lasts for the others. Returns those that it still held. */
export async function exemptPosts(
  trx: TenantTransaction,
  {
    tenantId,
    haltId,
    postIds,
    by,
    now,
  }: { tenantId: TenantId; haltId: HaltId; postIds: readonly PostId[]; by: UserId; now: Date },
): Promise<readonly PostId[]> {
  if (postIds.length === 0) return [];
  const { rows } = await sql<{ post_id: PostId }>`
    insert into tenant_halt_exemption (tenant_id, halt_id, post_id, released_by, released_at)
    select ${tenantId}::uuid, ${haltId}::uuid, id, ${by}::uuid, ${now}::timestamptz from unnest(${postIds}::uuid[]) id
    on conflict do nothing returning post_id`.execute(trx);
  return rows.map(({ post_id }) => post_id);
}

/** Takes back that some posts may go: the stop holds everything again. Returns how many there were. */
export async function withdrawExemptions(trx: TenantTransaction, haltId: HaltId): Promise<number> {
  const { numDeletedRows } = await trx
    .deleteFrom('tenant_halt_exemption')
    .where('halt_id', '=', haltId)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

export interface RunningPost {
  readonly id: PostId;
  readonly run: number;
}

/** Every post whose process runs and that the stop holds; with `null` every one whose process runs. First what is due first. */
export function selectRunningPosts(trx: TenantTransaction, haltId: HaltId | null): Promise<RunningPost[]> {
  return trx
    .selectFrom('post')
    .select(['id', 'run'])
    .where('status', 'in', runningStatuses)
    .$if(haltId !== null, (query) =>
      query.where('id', 'not in', (eb) =>
        eb.selectFrom('tenant_halt_exemption').select('post_id').where('halt_id', '=', haltId),
      ),
    )
    .orderBy(sql`scheduled_at nulls last`)
    .orderBy('id')
    .execute();
}

/** Those of the posts whose process runs; none of them can start or end before this transaction does. */
export function lockRunningPosts(trx: TenantTransaction, ids: readonly PostId[]): Promise<RunningPost[]> {
  return trx
    .selectFrom('post')
    .select(['id', 'run'])
    .where('id', 'in', ids)
    .where('status', 'in', runningStatuses)
    .orderBy('id')
    .forUpdate()
    .execute();
}

/** Whether the stop that lasts holds this post. */
export async function isHalted(trx: TenantTransaction, postId: PostId): Promise<boolean> {
  const halt = await selectHalt(trx);
  if (halt === null) return false;
  const exempt = await trx
    .selectFrom('tenant_halt_exemption')
    .select('post_id')
    .where('halt_id', '=', halt.id)
    .where('post_id', '=', postId)
    .executeTakeFirst();
  return exempt === undefined;
}

/** What holds a target back although it is due; null when nothing does. */
export async function heldBy(
  trx: TenantTransaction,
  { postId, targetId }: { postId: PostId; targetId: string },
): Promise<'halt' | 'suspension' | 'disconnection' | null> {
  if (await isHalted(trx, postId)) return 'halt';
  const { rows } = await sql<{ suspended: boolean; disconnected: boolean }>`
    select connection.suspended_at is not null as suspended, connection.state = 'disconnected' as disconnected
    from post_target target
    join connection on connection.tenant_id = target.tenant_id and connection.id = target.connection_id
    where target.id = ${targetId}`.execute(trx);
  const [found] = rows;
  if (found?.suspended === true) return 'suspension';
  return found?.disconnected === true ? 'disconnection' : null;
}

/** Whether nothing may go out from this number: its tenant is stopped, or a person has suspended or disconnected it. */
export async function isNumberHeld(trx: TenantTransaction, connectionId: ConnectionId): Promise<boolean> {
  if ((await selectHalt(trx)) !== null) return true;
  const row = await trx
    .selectFrom('connection')
    .select(['suspended_at', 'state'])
    .where('id', '=', connectionId)
    .executeTakeFirst();
  return row === undefined || row.suspended_at !== null || row.state === 'disconnected';
}
