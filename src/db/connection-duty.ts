import { type Kysely, sql } from 'kysely';
import type { DutyKind } from '../domain/connection.ts';
import { probeDueAt } from '../domain/connection-schedule.ts';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
import type { Network } from '../domain/network.ts';
import type { Database } from './schema.ts';
import type { TenantTransaction } from './tenant.ts';

export interface Duty {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly kind: DutyKind;
}

/** Says when a duty is due next, and that nobody is at it. `attempts`: how often in a row it has come to nothing. */
export async function setDuty(
  trx: TenantTransaction,
  { tenantId, connectionId, kind }: Duty,
  { dueAt, attempts }: { dueAt: Date; attempts: number },
): Promise<void> {
  await sql`
    insert into connection_duty (tenant_id, connection_id, kind, network, due_at, attempts)
    select tenant_id, id, ${kind}, network, ${dueAt}, ${attempts}::integer from connection
    where tenant_id = ${tenantId} and id = ${connectionId}
    on conflict (tenant_id, connection_id, kind)
      do update set due_at = excluded.due_at, attempts = excluded.attempts, lease_until = null`.execute(trx);
}

/** Nothing of this kind is due any more; without a kind, nothing at all. */
export async function dropDuties(
  trx: TenantTransaction,
  connectionId: ConnectionId,
  kind: DutyKind | null = null,
): Promise<void> {
  await trx
    .deleteFrom('connection_duty')
    .where('connection_id', '=', connectionId)
    .$if(kind !== null, (query) => query.where('kind', '=', kind ?? 'probe'))
    .execute();
}

/** A duty that somebody is at. */
export interface ClaimedDuty extends Duty {
  readonly network: Network;
  readonly dueAt: Date;
  /** Until when nobody else takes it. Tells this claim from every other one of the same duty. */
  readonly leaseUntil: Date;
  /** How often in a row it was taken up, this time included. */
  readonly attempts: number;
}

/** Room for duties of one network, and after which of them to go on. */
export interface Room {
  readonly network: Network;
  readonly seats: number;
  /** `null`: from the one that has been due longest. */
  readonly after: Pick<ClaimedDuty, 'dueAt' | 'connectionId'> | null;
}

/**
 * Claims duties that are due, of each network as many as there is room for, those first that have been due longest. A
 * claim is a lease of `leaseMs`: if the process dies, the duty is claimed again. Runs as `chorally_system`.
 */
export async function claimDuties(
  system: Kysely<Database>,
  { kind, rooms, now, leaseMs }: { kind: DutyKind; rooms: readonly Room[]; now: Date; leaseMs: number },
): Promise<readonly ClaimedDuty[]> {
  const leaseUntil = new Date(now.getTime() + leaseMs);
  const { rows } = await sql<{
    tenant_id: TenantId;
    connection_id: ConnectionId;
    network: Network;
    due_at: Date;
    attempts: number;
  }>`
    with room as (
      select * from unnest(
        ${rooms.map(({ network }) => network)}::text[], ${rooms.map(({ seats }) => seats)}::integer[],
        ${rooms.map(({ after }) => after?.dueAt.toISOString() ?? '-infinity')}::timestamptz[],
        ${rooms.map(({ after }) => after?.connectionId ?? nobody)}::uuid[]
      ) as given (network, seats, after_due_at, after_id)
    ), due as materialized (
      select claimed.* from room cross join lateral (
        select tenant_id, connection_id from connection_duty
        where kind = ${kind} and network = room.network and due_at <= ${now}
          and (due_at, connection_id) > (room.after_due_at, room.after_id)
          and (lease_until is null or lease_until <= ${now})
        order by due_at, connection_id
        for update skip locked
        limit room.seats
      ) claimed
    )
    update connection_duty duty set lease_until = ${leaseUntil}, attempts = attempts + 1
    from due
    where duty.tenant_id = due.tenant_id and duty.connection_id = due.connection_id and duty.kind = ${kind}
    returning duty.tenant_id, duty.connection_id, duty.network, duty.due_at, duty.attempts`.execute(system);
  return rows
    .map((row) => ({
      tenantId: row.tenant_id,
      connectionId: row.connection_id,
      kind,
      network: row.network,
      dueAt: row.due_at,
      leaseUntil,
      attempts: row.attempts,
    }))
    .toSorted((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || (a.connectionId < b.connectionId ? -1 : 1));
}

/** Before every id. */
const nobody = '00000000-0000-0000-0000-000000000000';

/**
 * Ends a claim with the next instant, or with none any more. Does nothing if the duty was set anew meanwhile, or somebody
 * else has claimed it since the lease ran out. `failed`: it came to nothing, and the attempts stay counted.
 */
export async function settleDuty(
  trx: TenantTransaction,
  { tenantId, connectionId, kind, leaseUntil, attempts }: ClaimedDuty,
  next: { readonly dueAt: Date; readonly failed: boolean } | null,
): Promise<void> {
  const mine = sql<boolean>`tenant_id = ${tenantId} and connection_id = ${connectionId} and kind = ${kind}
                            and lease_until = ${leaseUntil}`;
  if (next === null) {
    await trx.deleteFrom('connection_duty').where(mine).execute();
    return;
  }
  await trx
    .updateTable('connection_duty')
    .set({ due_at: next.dueAt, lease_until: null, attempts: next.failed ? attempts : 0 })
    .where(mine)
    .execute();
}

/** What is due again for a page that was given up and works after all: it is looked at, and its token renewed, soon. */
export async function resumeDuties(
  trx: TenantTransaction,
  { tenantId, connectionId, network, now }: Omit<Duty, 'kind'> & { readonly network: Network; readonly now: Date },
): Promise<void> {
  const working = { network, now: now.getTime(), state: 'connected', failures: 0 } as const;
  const dueAt = new Date(probeDueAt(working, Math.random()) ?? now);
  await setDuty(trx, { tenantId, connectionId, kind: 'probe' }, { dueAt, attempts: 0 });
  const renewable = await trx
    .selectFrom('connection_secret')
    .select('connection_id')
    .where('connection_id', '=', connectionId)
    .where('refresh_token', 'is not', null)
    .where('expires_at', 'is not', null)
    .executeTakeFirst();
  if (renewable === undefined) return;
  await setDuty(trx, { tenantId, connectionId, kind: 'refresh' }, { dueAt: now, attempts: 0 });
}

/** Has a page looked at now that its network's trouble seems to be over. */
export async function hastenProbe(trx: TenantTransaction, connectionId: ConnectionId, now: Date): Promise<void> {
  await trx
    .updateTable('connection_duty')
    .set({ due_at: now })
    .where('connection_id', '=', connectionId)
    .where('kind', '=', 'probe')
    .where('due_at', '>', now)
    .execute();
}

/** Gives claims back that nobody has begun with, as if they had never been taken. Runs as `chorally_system`. */
export async function releaseDuties(system: Kysely<Database>, duties: readonly ClaimedDuty[]): Promise<void> {
  if (duties.length === 0) return;
  await sql`
    update connection_duty duty set lease_until = null, attempts = greatest(0, duty.attempts - 1)
    from unnest(
      ${duties.map(({ tenantId }) => tenantId)}::uuid[], ${duties.map(({ connectionId }) => connectionId)}::uuid[],
      ${duties.map(({ kind }) => kind)}::text[], ${duties.map(({ leaseUntil }) => leaseUntil.toISOString())}::timestamptz[]
    ) as given (tenant_id, connection_id, kind, lease_until)
    where duty.tenant_id = given.tenant_id and duty.connection_id = given.connection_id and duty.kind = given.kind
      and duty.lease_until = given.lease_until`.execute(system);
}

/** When the next duty of a kind can be taken up; `null`: there is none. Runs as `chorally_system`. */
export async function nextDutyAt(system: Kysely<Database>, kind: DutyKind): Promise<Date | null> {
  const { at } = await system
    .selectFrom('connection_duty')
    .select(sql<Date | null>`min(greatest(due_at, lease_until))`.as('at'))
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow();
  return at;
}

/** How many duties of each kind have been due for longer than `longerThanMs`. Runs as `chorally_system`. */
export async function countOverdue(
  system: Kysely<Database>,
  { now, longerThanMs }: { now: Date; longerThanMs: number },
): Promise<readonly { readonly kind: DutyKind; readonly count: number }[]> {
  return system
    .selectFrom('connection_duty')
    .select(['kind', sql<number>`count(*)::int`.as('count')])
    .where('due_at', '<', new Date(now.getTime() - longerThanMs))
    .groupBy('kind')
    .execute();
}
