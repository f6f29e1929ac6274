import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { type LoggedEvent, type LogPage, readLog } from '../../db/event-log.ts';
import { listen } from '../../db/listen.ts';
import type { Database } from '../../db/schema.ts';
import { readTenant } from '../../db/tenant.ts';
import { type EventPosition, isAfter } from '../../domain/event-position.ts';
import type { TenantId } from '../../domain/ids.ts';
import { type Bell, newBell } from '../../platform/bell.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logging.ts';
import { loggable } from '../pipeline/failure.ts';

/** Where in a tenant's log to begin, and its end as it was a moment ago. */
export interface Reading {
  readonly tenantId: TenantId;
  readonly after: EventPosition;
  readonly end: EventPosition;
}

/** Somebody who is told of events, each once and in commit order. */
export interface Follower {
  /** Aborted when nothing more is wanted. */
  readonly ended: AbortSignal;
  /** All events up to `upTo` have been told when this returns. */
  receive(events: readonly LoggedEvent[], upTo: EventPosition): void;
  /** Resolves when more of the past can be taken in. */
  drained(): Promise<void>;
}

export interface EventFeed {
  /** Tells what has happened since, and then what happens, until the follower has ended. */
  follow(reading: Reading, follower: Follower): Promise<void>;
  stop(): Promise<void>;
}

/** Notifications can be lost with their connection; readers then look by themselves. */
const sweepMs = 1_000;
/** Events whose turn has not come, because an older transaction is still open, are looked for again after this. */
const soonMs = 100;
/** A busy tenant's events are told in batches. */
const batchMs = 20;

/**
 * The events of tenants, for any number of followers: however many there are of a tenant, its log is read once, by its
 * tail. A follower that comes from the past reads alone until it has reached the tail, at its own pace.
 */
export function createEventFeed({
  db,
  listenUrl,
  clock,
  log,
}: {
  db: Kysely<Database>;
  /** A connection of its own, that no transaction pooler stands before. */
  listenUrl: string;
  clock: Clock;
  log: Logger;
}): EventFeed {
  const tails = new Map<TenantId, Tail>();
  const listening = listen({
    url: listenUrl,
    channel: 'event',
    onNotify: (tenantId) => {
      const woken = tenantId === null ? tails.values() : [tails.get(tenantId as TenantId)];
      for (const tail of woken) tail?.bell.ring();
    },
    log,
  });
  const read = (tenantId: TenantId, after: EventPosition) =>
    readTenant(db, tenantId, (trx) => readLog(trx, { after, now: new Date(clock()) }));

  return {
    async follow({ tenantId, after, end }, follower) {
      const tail = tails.get(tenantId) ?? newTail(end);
      if (!tails.has(tenantId)) {
        tails.set(tenantId, tail);
        void run(tail, (position) => read(tenantId, position), log);
      }
      tail.users += 1;
      try {
        let at = after;
        while (!follower.ended.aborted && isAfter(tail.position, at)) {
          const page = await read(tenantId, at);
          follower.receive(page.events, page.upTo);
          at = page.upTo;
          await follower.drained();
        }
        // Nothing is awaited between the last comparison and this, so the tail cannot have moved meanwhile.
        await join(tail, at, follower);
      } finally {
        tail.users -= 1;
        if (tail.users === 0) {
          tails.delete(tenantId);
          tail.bell.ring();
        }
      }
    },
    stop: () => listening.stop(),
  };
}

/** The one reader of a tenant's newest events. */
interface Tail {
  position: EventPosition;
  readonly bell: Bell;
  readonly joined: Set<Joined>;
  /** Those who have joined, and those who are on their way. */
  users: number;
}

interface Joined {
  tell(page: LogPage): void;
}

function newTail(position: EventPosition): Tail {
  return { position, bell: newBell(), joined: new Set(), users: 0 };
}

/** Reads as long as somebody wants it. */
async function run(tail: Tail, read: (after: EventPosition) => Promise<LogPage>, log: Logger): Promise<void> {
  do {
    const waitMs = await readOn(tail, read, log);
    if (waitMs > 0) await tail.bell.rung(waitMs);
    await sleep(batchMs);
  } while (tail.users > 0);
}

/** Tells the next page to all. Returns how long to wait for the one after it. */
async function readOn(tail: Tail, read: (after: EventPosition) => Promise<LogPage>, log: Logger): Promise<number> {
  try {
    const page = await read(tail.position);
    tail.position = page.upTo;
    for (const { tell } of tail.joined) tell(page);
    return { now: 0, soon: soonMs, later: sweepMs }[page.more];
  } catch (error) {
    log.warn(loggable(error), 'the event log cannot be read; it is tried again');
    return sweepMs;
  }
}

/** Tells a follower what comes after `at`, until it has ended. Throws what it throws, which concerns nobody else. */
async function join({ joined }: Tail, at: EventPosition, follower: Follower): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const mine: Joined = {
    tell: ({ events, upTo }) => {
      try {
        follower.receive(
          events.filter((event) => isAfter(event, at)),
          isAfter(upTo, at) ? upTo : at,
        );
      } catch (error) {
        joined.delete(mine);
        reject(error);
      }
    },
  };
  if (follower.ended.aborted) return;
  follower.ended.addEventListener('abort', () => resolve(), { once: true });
  joined.add(mine);
  try {
    await promise;
  } finally {
    joined.delete(mine);
  }
}
