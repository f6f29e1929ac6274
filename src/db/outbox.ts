import { type Kysely, sql } from 'kysely';
import type { TenantId } from '../domain/ids.ts';
import type { ProcessMessage } from './process-message.ts';
import type { Database } from './schema.ts';
import type { TenantTransaction } from './tenant.ts';

/** Hands a message to the relay, in the transaction that makes it necessary. Returns the outbox id. */
export async function enqueue(
  trx: TenantTransaction,
  {
    tenantId,
    workflowId,
    message,
    now,
  }: { tenantId: TenantId; workflowId: string; message: ProcessMessage; now: Date },
): Promise<string> {
  const { id } = await trx
    .insertInto('process_outbox')
    .values({
      tenant_id: tenantId,
      workflow_id: workflowId,
      message: JSON.stringify(message),
      created_at: now,
      next_attempt_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** How many processes a second hear of what is told to many: the relay serves all tenants, and others must not wait. */
const pacePerSecond = 100;

/** Hands the same message to many processes, the first ones first, in one statement however many there are. */
export async function enqueueAll(
  trx: TenantTransaction,
  {
    tenantId,
    workflowIds,
    message,
    now,
  }: { tenantId: TenantId; workflowIds: readonly string[]; message: ProcessMessage; now: Date },
): Promise<void> {
  if (workflowIds.length === 0) return;
  await sql`
    insert into process_outbox (tenant_id, workflow_id, message, created_at, next_attempt_at)
    select ${tenantId}::uuid, workflow_id, ${JSON.stringify(message)}::jsonb, ${now}::timestamptz,
           ${now}::timestamptz + (place - 1) / ${pacePerSecond}::bigint * interval '1 second'
    from unnest(${workflowIds}::text[]) with ordinality as process (workflow_id, place)
    order by place`.execute(trx);
}

export interface OutboxRow {
  readonly id: string;
  readonly tenant_id: TenantId;
  readonly workflow_id: string;
  readonly message: ProcessMessage;
  readonly attempts: number;
}

/**
 * Claims messages that are due, at most one per workflow and only its oldest, so that those of one process arrive in
 * order. A claim is a lease of `leaseMs`: if the relay dies, the message is claimed again. Runs as `chorally_system`.
 */
export async function claimOutbox(
  system: Kysely<Database>,
  { now, leaseMs, limit }: { now: Date; leaseMs: number; limit: number },
): Promise<readonly OutboxRow[]> {
  const leaseUntil = new Date(now.getTime() + leaseMs);
  const { rows } = await sql<OutboxRow>`
    with due as materialized (
      select id from process_outbox row
      where delivered_at is null and next_attempt_at <= ${now}
        and not exists (select 1 from process_outbox earlier
                        where earlier.workflow_id = row.workflow_id and earlier.delivered_at is null
                          and earlier.id < row.id)
      order by next_attempt_at, id
      for update skip locked
      limit ${limit}
    )
    update process_outbox set next_attempt_at = ${leaseUntil}, attempts = attempts + 1
    from due where process_outbox.id = due.id
    returning process_outbox.id, tenant_id, workflow_id, message, attempts`.execute(system);
  return rows.toSorted((a, b) => Number(a.id) - Number(b.id));
}

export async function markDelivered(system: Kysely<Database>, id: string, now: Date): Promise<void> {
  await system
    .updateTable('process_outbox')
    .set({ delivered_at: now, last_error: null })
    .where('id', '=', id)
    .execute();
}

/** Leaves a message for a later try; `code` is an error's type, never its words. */
export async function markFailed(
  system: Kysely<Database>,
  id: string,
  code: string,
  nextAttemptAt: Date,
): Promise<void> {
  await system
    .updateTable('process_outbox')
    .set({ last_error: code, next_attempt_at: nextAttemptAt })
    .where('id', '=', id)
    .execute();
}

/** How many messages have failed at least `attempts` times and are still waiting. */
export async function countStuck(system: Kysely<Database>, attempts: number): Promise<number> {
  const { count } = await system
    .selectFrom('process_outbox')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('delivered_at', 'is', null)
    .where('attempts', '>=', attempts)
    .executeTakeFirstOrThrow();
  return Number(count);
}
