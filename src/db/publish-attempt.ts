import { sql } from 'kysely';
import type { PostId, TargetId, TenantId } from '../domain/ids.ts';
import type { AttemptAnswer, AttemptState } from '../domain/publication.ts';
import { passGate } from './halt.ts';
import type { TenantTransaction } from './tenant.ts';

interface AttemptKey {
  readonly tenantId: TenantId;
  readonly targetId: TargetId;
  readonly n: number;
}

/**
 * Lays out an attempt that may later call. False if it was fenced before it could be armed: then it must do nothing.
 * Takes an older attempt of the target with it that was armed and forgotten.
 */
export async function armAttempt(
  trx: TenantTransaction,
  { tenantId, targetId, n }: AttemptKey,
  { dueAt, now }: { dueAt: Date; now: Date },
): Promise<boolean> {
  await trx
    .updateTable('publish_attempt')
    .set({ state: 'released', settled_at: now })
    .where('tenant_id', '=', tenantId)
    .where('target_id', '=', targetId)
    .where('n', '<', n)
    .where('state', '=', 'armed')
    .execute();
  const armed = await trx
    .insertInto('publish_attempt')
    .values({ tenant_id: tenantId, target_id: targetId, n, state: 'armed', due_at: dueAt, armed_at: now })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'target_id', 'n']).doNothing())
    .returning('n')
    .executeTakeFirst();
  return armed !== undefined;
}

/**
 * The step that decides: from `armed` to `calling`, and targets and posts with it. Takes the attempts of one tenant that
 * are due together, in one statement, since hundreds may be; returns those whose call may go out once this has committed.
 * For any other, something else came first: it was taken back, its tenant is stopped, its connection suspended or
 * disconnected, or its post is back in review: the process takes such attempts back itself, and this is the last thing
 * that would. Whoever stops, suspends or disconnects closes the gate that is passed here, so that no call can begin that
 * does not know of it.
 */
export async function beginCalls(
  trx: TenantTransaction,
  { tenantId, attempts }: { tenantId: TenantId; attempts: readonly { targetId: TargetId; n: number }[] },
  now: Date,
): Promise<readonly { readonly targetId: TargetId; readonly n: number }[]> {
  await passGate(trx, tenantId);
  const targetIds = attempts.map(({ targetId }) => targetId);
  // Rows are locked in the order of their ids, so that two workers with calls for the same posts wait, never deadlock.
  const { rows } = await sql<{ targetId: TargetId; n: number }>`
    with halt as materialized (
      select id from tenant_halt where tenant_id = ${tenantId} and released_at is null
    ), held as materialized (
      select target.id from post_target target
      join connection on connection.tenant_id = target.tenant_id and connection.id = target.connection_id
      join post on post.tenant_id = target.tenant_id and post.id = target.post_id
      where target.tenant_id = ${tenantId} and target.id = any(${targetIds}::uuid[])
        and (connection.suspended_at is not null or connection.state = 'disconnected'
             or post.status not in ('scheduled', 'publishing')
             or exists (select 1 from halt
                        where not exists (select 1 from tenant_halt_exemption exempt
                                          where exempt.tenant_id = ${tenantId} and exempt.halt_id = halt.id
                                            and exempt.post_id = target.post_id)))
    ), armed as materialized (
      select target_id, n from publish_attempt
      where tenant_id = ${tenantId} and state = 'armed' and target_id not in (select id from held)
        and (target_id, n) in (select * from unnest(${targetIds}::uuid[], ${attempts.map(({ n }) => n)}::integer[]))
      order by target_id for update
    ), attempt as (
      update publish_attempt set state = 'calling', calling_at = ${now}
      from armed
      where publish_attempt.tenant_id = ${tenantId} and publish_attempt.target_id = armed.target_id
        and publish_attempt.n = armed.n
      returning publish_attempt.target_id, publish_attempt.n
    ), target as (
      update post_target set state = 'sending', reason = null
      from attempt where post_target.tenant_id = ${tenantId} and post_target.id = attempt.target_id
      returning post_target.id, post_target.post_id, post_target.connection_id, attempt.n
    ), idle as materialized (
      select id from post
      where tenant_id = ${tenantId} and id in (select post_id from target) and status <> 'publishing'
      order by id for update
    ), post as (
      update post set status = 'publishing', version = version + 1, updated_at = ${now}
      from idle where post.tenant_id = ${tenantId} and post.id = idle.id
      returning post.id
    ), told as (
      insert into event (tenant_id, at, kind, entity, entity_id, actor_kind, data)
      select ${tenantId}::uuid, ${now}::timestamptz, 'post.publishing', 'post', post.id, 'process', '{}'::jsonb from post
      union all
      select ${tenantId}::uuid, ${now}::timestamptz, 'target.sending', 'post', target.post_id, 'process',
             jsonb_build_object('targetId', target.id, 'connectionId', target.connection_id, 'attempt', target.n)
      from target
    )
    select target_id as "targetId", n from attempt`.execute(trx);
  return rows;
}

/** Takes back an attempt that has not called: true if it was still `armed`, or never laid out, and now never will be. */
export async function releaseAttempt(
  trx: TenantTransaction,
  { tenantId, targetId, n }: AttemptKey,
  { to, now }: { to: 'released' | 'cancelled'; now: Date },
): Promise<boolean> {
  const released = await trx
    .insertInto('publish_attempt')
    .values({ tenant_id: tenantId, target_id: targetId, n, state: to, due_at: now, armed_at: now, settled_at: now })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'target_id', 'n'])
        .doUpdateSet({ state: to, settled_at: now })
        .where('publish_attempt.state', '=', 'armed'),
    )
    .returning('n')
    .executeTakeFirst();
  return released !== undefined;
}

/**
 * Takes an attempt back whose own process knows that it has sent nothing: it was too slow after the commit, or the
 * answer to its commit was lost, so that it may stand as `calling`.
 */
export async function withdrawCall(
  trx: TenantTransaction,
  { tenantId, targetId, n }: AttemptKey,
  now: Date,
): Promise<void> {
  const withdrawn = await trx
    .updateTable('publish_attempt')
    .set({ state: 'released', calling_at: null, settled_at: now })
    .where('tenant_id', '=', tenantId)
    .where('target_id', '=', targetId)
    .where('n', '=', n)
    .where('state', 'in', ['armed', 'calling'])
    .returning('n')
    .executeTakeFirst();
  if (withdrawn === undefined) return;
  await trx
    .updateTable('post_target')
    .set({ state: 'waiting' })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', targetId)
    .where('state', '=', 'sending')
    .execute();
}

/** Writes what came of a call. False if somebody else has settled the attempt already: then their answer stands. */
export async function settleAttempt(
  trx: TenantTransaction,
  { tenantId, targetId, n }: AttemptKey,
  { answer, now }: { answer: AttemptAnswer; now: Date },
): Promise<boolean> {
  const settled = await trx
    .updateTable('publish_attempt')
    .set({ state: 'done', settled_at: now, answer: JSON.stringify(answer) })
    .where('tenant_id', '=', tenantId)
    .where('target_id', '=', targetId)
    .where('n', '=', n)
    .where('state', '=', 'calling')
    .returning('n')
    .executeTakeFirst();
  return settled !== undefined;
}

export interface StoredAttempt {
  readonly state: AttemptState;
  readonly callingAt: Date | null;
  readonly answer: AttemptAnswer | null;
}

export async function selectAttempt(
  trx: TenantTransaction,
  { tenantId, targetId, n }: AttemptKey,
): Promise<StoredAttempt | null> {
  const row = await trx
    .selectFrom('publish_attempt')
    .select(['state', 'calling_at', 'answer'])
    .where('tenant_id', '=', tenantId)
    .where('target_id', '=', targetId)
    .where('n', '=', n)
    .executeTakeFirst();
  return row === undefined ? null : { state: row.state, callingAt: row.calling_at, answer: row.answer };
}

/**
 * Whether some attempt before this one was looked for at the network without a trace. Not only the last: attempts that
 * called nothing may stand between.
 */
export async function wasFoundAbsent(trx: TenantTransaction, { tenantId, targetId, n }: AttemptKey): Promise<boolean> {
  const row = await trx
    .selectFrom('publish_attempt')
    .select('n')
    .where('tenant_id', '=', tenantId)
    .where('target_id', '=', targetId)
    .where('n', '<', n)
    .where(sql<string>`answer ->> 'kind'`, '=', 'absent')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** When the first call of a post began, or null if none has. */
export async function firstCallAt(
  trx: TenantTransaction,
  { tenantId, postId }: { tenantId: TenantId; postId: PostId },
): Promise<Date | null> {
  const row = await trx
    .selectFrom('publish_attempt as attempt')
    .innerJoin('post_target as target', (join) =>
      join.onRef('target.tenant_id', '=', 'attempt.tenant_id').onRef('target.id', '=', 'attempt.target_id'),
    )
    .select((eb) => eb.fn.min('attempt.calling_at').as('at'))
    .where('target.tenant_id', '=', tenantId)
    .where('target.post_id', '=', postId)
    .executeTakeFirst();
  return row?.at ?? null;
}
