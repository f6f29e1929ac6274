import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { demoTenant } from '../../dev/demo-data.ts';
import { connect } from '../../src/db/connect.ts';
import { appendEvents } from '../../src/db/event.ts';
import { type TenantTransaction, withTenant } from '../../src/db/tenant.ts';
import type { TenantId } from '../../src/domain/ids.ts';
import { openEvents } from './event-stream.ts';
import { environment } from './fault-api.ts';
import { eventually } from './fault-wait.ts';
import { userToken } from './tokens.ts';

const tenantId = demoTenant('aurora').id as TenantId;
const gapMs = 10;
const patienceMs = 60_000;

/** Goes on writing events, one transaction after the other, whatever is killed meanwhile. */
export function writeEvents(): { stop(): Promise<void> } {
  let writing = true;
  const done = (async () => {
    while (writing) {
      // A server that is down: what it has not committed was never there.
      await inTenant(writeTwo).catch(() => undefined);
      await sleep(gapMs);
    }
  })();
  return {
    stop: () => {
      writing = false;
      return done;
    },
  };
}

async function writeTwo(trx: TenantTransaction): Promise<void> {
  const event = () => ({
    tenantId,
    at: new Date(),
    kind: 'post.edited' as const,
    entity: 'post' as const,
    entityId: randomUUID(),
    actor: { kind: 'process' as const },
  });
  await appendEvents(trx, [event()]);
  await sleep(gapMs);
  await appendEvents(trx, [event()]);
}

export interface FaithfulReader {
  /** The ids in the order of arrival. */
  readonly ids: readonly string[];
  /** How often the connection was lost. */
  readonly losses: () => number;
  /** The id from which the first connection began. */
  readonly from: string;
  stop(): Promise<void>;
}

/** A client that connects again whenever it loses the stream, after the last id that it was given. */
export async function readFaithfully(): Promise<FaithfulReader> {
  let [losses, reading] = [0, true];
  const ids: string[] = [];
  let stream = await connectAfter(null);
  const from = String(stream.lastEventId());
  const done = (async () => {
    while (reading) {
      await stream.ended;
      if (!reading) return;
      losses += 1;
      const next = await connectAfter(stream.lastEventId());
      ids.push(...stream.events.map(({ id }) => id));
      stream = next;
    }
  })();
  return {
    from,
    losses: () => losses,
    get ids() {
      return [...ids, ...stream.events.map(({ id }) => id)];
    },
    stop: async () => {
      reading = false;
      await stream.close();
      await done;
    },
  };
}

async function connectAfter(after: string | null) {
  const token = await userToken('elena.aurora');
  const connected = async () => openEvents(environment().api, { token, after });
  return eventually('a stream', connected, { withinMs: patienceMs });
}

/** The ids of everything that was committed after a place, in the order in which it must be told. */
export async function committedAfter(id: string): Promise<readonly string[]> {
  const [xid, position] = id.split('-');
  const { rows } = await inTenant((trx) =>
    sql<{ id: string }>`
      select xid || '-' || position as id from event
      where (xid, position) > (${xid}::xid8, ${position}::bigint) order by xid, position`.execute(trx),
  );
  return rows.map((row) => row.id);
}

async function inTenant<T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  const { db } = connect(environment().databaseUrl, {
    max: 1,
    onError: () => undefined,
    applicationName: 'fault-test',
  });
  try {
    return await withTenant(db, tenantId, work);
  } finally {
    await db.destroy();
  }
}
