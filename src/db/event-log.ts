import { sql } from 'kysely';
import type { EntityKind, EventKind } from '../domain/event.ts';
import { type EventPosition, isAfter } from '../domain/event-position.ts';
import type { UserId } from '../domain/ids.ts';
import { runPrepared } from './prepared.ts';
import type { TenantTransaction } from './tenant.ts';

export interface LoggedEvent extends EventPosition {
  readonly at: Date;
  readonly kind: EventKind;
  readonly entity: EntityKind;
  readonly entityId: string;
  readonly actorKind: 'user' | 'process' | 'network';
  readonly actorId: UserId | null;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface LogPage {
  readonly events: readonly LoggedEvent[];
  /** Nothing that stands at or before this place will ever be read any more. */
  readonly upTo: EventPosition;
  /** `now`: the page is full. `soon`: there are events that wait for an older transaction to end. */
  readonly more: 'now' | 'soon' | 'later';
}

/** How far back the log is read. */
export const keptMs = 30 * 24 * 3_600_000;
/** By how much an event's instant may differ from that of its neighbours in the log: clocks, and writes that waited. */
const slackMs = 24 * 3_600_000;
export const pageSize = 200;

/**
 * The events of the tenant after a place in the log, in commit order. Only what transactions have written that ended
 * before every one that is still open: whatever commits later stands later, so nothing can be skipped. To be called
 * inside `readTenant`, because horizon and events must be of one snapshot.
 */
export async function readLog(
  trx: TenantTransaction,
  { after, now }: { after: EventPosition; now: Date },
): Promise<LogPage> {
  const { oldestOpen } = await readHorizon(trx);
  const query = logAfter(after, now);
  const rows = (await runPrepared(trx, { compile: () => query.compile(trx) })).map(eventOf);
  const events = rows.filter(({ xid }) => xid < oldestOpen);
  const last = events.at(-1);
  if (last !== undefined && events.length === pageSize) return { events, upTo: last, more: 'now' };
  const horizon = { xid: oldestOpen, position: 0n };
  const upTo = isAfter(horizon, after) ? horizon : after;
  return { events, upTo, more: events.length < rows.length ? 'soon' : 'later' };
}

/** As a statement, so that a test can hold its plan against the index. */
export function logAfter(after: EventPosition, now: Date) {
  // Partitions outside of these months need not be looked into.
  const [from, to] = [new Date(now.getTime() - keptMs - slackMs), new Date(now.getTime() + slackMs)];
  // Unqualified, the order would be that of the texts.
  return sql<Row>`
    select xid::text, position::text, at, kind, entity, entity_id, actor_kind, actor_id, data
    from event
    where (xid, position) > (${String(after.xid)}::xid8, ${String(after.position)}::bigint)
      and at >= ${from} and at < ${to}
    order by event.xid, event.position
    limit ${sql.lit(pageSize)}`;
}

/** The place from which a reader begins that wants what happens from now on. */
export async function readEnd(trx: TenantTransaction): Promise<EventPosition> {
  const { oldestOpen } = await readHorizon(trx);
  return { xid: oldestOpen, position: 0n };
}

/**
 * Whether a reader that got as far as `after` can go on without a gap: the place is one that this database has given,
 * and what follows it is still kept.
 */
export async function canResume(
  trx: TenantTransaction,
  { after, now }: { after: EventPosition; now: Date },
): Promise<boolean> {
  const { next } = await readHorizon(trx);
  if (after.xid > next) return false;
  const { rows } = await sql<{ at: Date }>`
    select at from event
    where (xid, position) > (${String(after.xid)}::xid8, ${String(after.position)}::bigint)
    order by xid, position limit 1`.execute(trx);
  const [following] = rows;
  return following === undefined || following.at.getTime() >= now.getTime() - keptMs;
}

/** The oldest transaction that is still open, and the number that the next one will have. */
async function readHorizon(trx: TenantTransaction): Promise<{ oldestOpen: bigint; next: bigint }> {
  const query = sql<{ oldest_open: string; next: string }>`
    select pg_snapshot_xmin(snapshot)::text as oldest_open, pg_snapshot_xmax(snapshot)::text as next
    from pg_current_snapshot() as snapshot`;
  const [row] = await runPrepared(trx, { compile: () => query.compile(trx) });
  if (row === undefined) throw new Error('Postgres has no snapshot');
  return { oldestOpen: BigInt(row.oldest_open), next: BigInt(row.next) };
}

interface Row {
  readonly xid: string;
  readonly position: string;
  readonly at: Date;
  readonly kind: EventKind;
  readonly entity: EntityKind;
  readonly entity_id: string;
  readonly actor_kind: LoggedEvent['actorKind'];
  readonly actor_id: UserId | null;
  readonly data: Readonly<Record<string, unknown>>;
}

function eventOf({ xid, position, at, kind, entity, data, ...row }: Row): LoggedEvent {
  return {
    xid: BigInt(xid),
    position: BigInt(position),
    at,
    kind,
    entity,
    entityId: row.entity_id,
    actorKind: row.actor_kind,
    actorId: row.actor_id,
    data,
  };
}
