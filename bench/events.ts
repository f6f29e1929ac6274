import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram } from '../dev/complaint.ts';
import { demoPassword, demoTenant } from '../dev/demo-data.ts';
import { tokenOf } from '../dev/demo/api-client.ts';
import { programVariables } from '../dev/environment.ts';
import { connect, type DatabasePool } from '../src/db/connect.ts';
import { appendEvents } from '../src/db/event.ts';
import { withTenant } from '../src/db/tenant.ts';
import type { TenantId } from '../src/domain/ids.ts';
import { openEvents } from '../tests/support/event-stream.ts';
import { percentile, report } from './support/report.ts';
import { measuredSystem, tell } from './support/system.ts';

const people = ['giulia.aurora', 'elena.aurora', 'marco.aurora', 'luca.aurora', 'paolo.aurora', 'irene.aurora'];
const streamsEach = 10;
const live = 1_000;
const pauseMs = 10;
const past = 20_000;
const pastPerTransaction = 100;
const patienceMs = 60_000;

const tenantId = demoTenant('aurora').id as TenantId;

/**
 * How long after its commit an event arrives at sixty clients, a hundred transactions a second; and how fast one client
 * is told twenty thousand events of the past.
 */
async function measure(): Promise<void> {
  const { stack, environment } = measuredSystem();
  const url = String(programVariables(stack)['DATABASE_APP_URL']);
  const database = connect(url, { max: 4, onError: () => undefined, applicationName: 'bench' });
  try {
    const tokens = await Promise.all(people.map((name) => tokenOf(environment, name, demoPassword)));
    const one = (token: string, options: Partial<Parameters<typeof openEvents>[1]> = {}) =>
      openEvents(environment.api, { token, ...options });
    tell(`${live} events to ${people.length * streamsEach} streams`);
    const latencies = await tellLive(database, (onEvent) =>
      Promise.all(tokens.flatMap((token) => Array.from({ length: streamsEach }, () => one(token, { onEvent })))),
    );
    tell(`${past} events of the past to one stream`);
    const pastS = await tellPast(database, (after) => one(tokens[0] ?? '', { after }));
    report('events', {
      streams: people.length * streamsEach,
      events: live,
      latency_p50_ms: percentile(latencies, 0.5),
      latency_p95_ms: percentile(latencies, 0.95),
      latency_max_ms: Math.max(...latencies),
      told: latencies.length,
      past_events: past,
      past_events_per_s: past / pastS,
    });
  } finally {
    await database.pool.end();
  }
}

type Client = Awaited<ReturnType<typeof openEvents>>;

/** The time from each commit to each arrival. */
async function tellLive(
  database: DatabasePool,
  open: (onEvent: (event: { entity: { id: string } }) => void) => Promise<readonly Client[]>,
): Promise<readonly number[]> {
  const committedAt = new Map<string, number>();
  const arrivals: { id: string; at: number }[] = [];
  const clients = await open(({ entity }) => arrivals.push({ id: entity.id, at: performance.now() }));
  for (let count = 0; count < live; count += 1) {
    const [id = ''] = await write(database, 1);
    committedAt.set(id, performance.now());
    await sleep(pauseMs);
  }
  for (const client of clients) await client.until('all events', () => client.events.length >= live, patienceMs);
  await Promise.all(clients.map((client) => client.close()));
  return arrivals.flatMap(({ id, at }) => {
    const from = committedAt.get(id);
    return from === undefined ? [] : [Math.max(0, at - from)];
  });
}

/** How long one client takes to be told everything, in seconds. */
async function tellPast(database: DatabasePool, open: (after: string | null) => Promise<Client>): Promise<number> {
  const before = await open(null);
  const after = before.lastEventId();
  await before.close();
  for (let count = 0; count < past; count += pastPerTransaction) await write(database, pastPerTransaction);
  const startedAt = performance.now();
  const client = await open(after);
  await client.until('the past', () => client.events.length >= past, patienceMs);
  const tookS = (performance.now() - startedAt) / 1_000;
  await client.close();
  return tookS;
}

async function write({ db }: DatabasePool, count: number): Promise<readonly string[]> {
  const events = Array.from({ length: count }, () => ({
    tenantId,
    at: new Date(),
    kind: 'post.edited' as const,
    entity: 'post' as const,
    entityId: randomUUID(),
    actor: { kind: 'process' as const },
    data: { revision: 1, scheduledAt: null },
  }));
  await withTenant(db, tenantId, (trx) => appendEvents(trx, events));
  return events.map(({ entityId }) => entityId);
}

await runProgram(measure);
