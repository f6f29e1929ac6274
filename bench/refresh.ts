import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { Kysely } from 'kysely';

import { demoTenant } from '../dev/demo-data.ts';
import { Complaint, runProgram } from '../dev/complaint.ts';
import { programVariables } from '../dev/environment.ts';
import { refreshConnection, type RefreshDependencies } from '../src/activities/token-refresh.ts';
import { openChannels } from '../src/channels/open.ts';
import { connect } from '../src/db/connect.ts';
import type { Database } from '../src/db/schema.ts';
import { withTenant } from '../src/db/tenant.ts';
import type { ConnectionId, TenantId } from '../src/domain/ids.ts';
import { sliceWorkflowId } from '../src/domain/slice.ts';
import { systemClock } from '../src/platform/clock.ts';
import { readWorkerConfig } from '../src/platform/config.ts';
import { billedActions, difference, meteredActions } from './support/actions.ts';
import { countByType, eventsOf, type HistoryEvent } from './support/history.ts';
import { insertManyConnections } from './support/many-connections.ts';
import { report } from './support/report.ts';
import type { SleepingActivities, SleepingInput, sleepingRefresh } from './support/sleeping-refresh.ts';
import { inParallel, measuredSystem, tell } from './support/system.ts';

/** `CONNECTIONS=1000 ALONE=100 make bench NAME=refresh` measures less, sooner. */
const connections = Number(process.env['CONNECTIONS'] ?? 10_000);
const alone = Number(process.env['ALONE'] ?? 1_000);

const minuteMs = 60_000;
const daySeconds = 86_400;
/** An hourly token is renewed at 80 % of its life. */
const refreshesPerDay = 24 / 0.8;
/** What is left of an hourly token's life then. */
const lapsesInMs = 12 * minuteMs;
const patienceMs = 30 * minuteMs;
const tenantId = demoTenant('aurora').id as TenantId;

type Bench = RefreshDependencies & Readonly<{ client: Client; temporal: { address: string; namespace: string } }>;
type Cost = Readonly<{ events: number; actions: number }>;

/**
 * What it costs to renew the tokens of ten thousand connections that are due at the same instant: by the slices of the
 * running worker, and by one sleeping workflow for each connection.
 */
async function measure(): Promise<void> {
  const { stack, environment } = measuredSystem();
  const { temporal } = environment;
  const config = readWorkerConfig(programVariables(stack));
  const pool = { max: 20, onError: () => undefined, applicationName: 'bench' };
  const { db } = connect(config.database.appUrl, pool);
  const { connectors, close } = openChannels(config.networks, { clock: systemClock, observe: () => undefined });
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, namespace: temporal.namespace });
  const bench: Bench = { db, masterKeys: config.masterKeys, connectors, clock: systemClock, client, temporal };
  try {
    const before = await meteredActions(stack);
    const slices = await measureSlices(bench);
    const beats = difference(before, await meteredActions(stack))['grpc_RecordActivityTaskHeartbeat'] ?? 0;
    const sleepers = await measureSleepers(bench);
    const eachSlice = await costOfSlice(client);
    // A slice is always under way; besides, its heartbeats are billed.
    const eventsPerDay = eachSlice.events * slicesPerDay;
    const beatsPerDay = (beats / slices.seconds) * daySeconds;
    const actionsPerDay = eachSlice.actions * slicesPerDay + beatsPerDay;
    report('refresh', {
      connections,
      slices_seconds: slices.seconds,
      slices_found_after_seconds: slices.foundAfterSeconds,
      slices_per_second: connections / slices.seconds,
      slices_lapsed: slices.lapsed,
      slices_events_each_slice: eachSlice.events,
      slices_events_per_connection_day: eventsPerDay / connections,
      slices_actions_per_connection_day: actionsPerDay / connections,
      alone,
      alone_seconds: sleepers.seconds,
      alone_per_second: alone / sleepers.seconds,
      alone_events_each_refresh: sleepers.each.events,
      alone_events_per_connection_day: sleepers.each.events * refreshesPerDay,
      alone_actions_per_connection_day: sleepers.each.actions * refreshesPerDay,
      events_ratio: (sleepers.each.events * refreshesPerDay * connections) / eventsPerDay,
      actions_ratio: (sleepers.each.actions * refreshesPerDay * connections) / actionsPerDay,
    });
  } finally {
    await Promise.all([db.destroy(), close(), connection.close()]);
  }
}

/** As long as a slice stays, from `src/activities/slice.ts`. */
const slicesPerDay = daySeconds / 600;

/** All of them due now, while the worker's slices run as they always do. */
async function measureSlices(bench: Bench) {
  const { db, masterKeys } = bench;
  tell(`${connections} connections whose tokens are due for renewal`);
  const expiresAt = new Date(Date.now() + lapsesInMs);
  const made = { tenantId, masterKeys, count: connections, expiresAt };
  // Due once all are written.
  const dueAt = Date.now() + 5_000 + connections * 5;
  const ids = await insertManyConnections(db, { ...made, refreshAt: new Date(dueAt) });
  if (Date.now() > dueAt) throw new Complaint('Writing them took longer than planned.');
  await pause(dueAt - Date.now());

  const { firstAt, lastAt } = await renewal(db, ids);
  const { lapsed } = await progress(db, { ids, at: new Date() });
  return {
    seconds: (lastAt - firstAt) / 1_000,
    foundAfterSeconds: (firstAt - dueAt) / 1_000,
    lapsed: lastAt > expiresAt.getTime() ? connections : lapsed,
  };
}

/** A slice is what lies between two of its activities. It stays for ten minutes, which are waited for. */
async function costOfSlice(client: Client): Promise<Cost> {
  for (;;) {
    const history = await eventsOf(client, sliceWorkflowId('refresh', 0));
    const [first, second] = scheduledIn(history);
    if (first !== undefined && second !== undefined) {
      console.log('\n  Events of the process of all refreshes so far');
      console.table(countByType(history));
      return costOf(history.slice(first, second));
    }
    await pause(10_000);
  }
}

const scheduledIn = (events: readonly HistoryEvent[]): readonly number[] =>
  events.flatMap(({ type }, index) => (type === 'ACTIVITY_TASK_SCHEDULED' ? [index] : []));

function costOf(events: readonly HistoryEvent[]): Cost {
  const actions = Object.values(billedActions(events, { isChild: true }));
  return { events: events.length, actions: actions.reduce((sum, count) => sum + count, 0) };
}

/** Waits until the tokens of all have been renewed. */
async function renewal(db: Kysely<Database>, ids: readonly ConnectionId[]) {
  const giveUpAt = Date.now() + patienceMs;
  let firstAt: number | null = null;
  for (;;) {
    const { renewed, lapsed, broken } = await progress(db, { ids, at: new Date() });
    // After the look, which takes its time with so many: rather too late than too early.
    const now = Date.now();
    if (renewed > 0) firstAt ??= now;
    if (renewed === ids.length) return { firstAt: firstAt ?? now, lastAt: now };
    if (broken > 0) throw new Complaint(`${broken} connections were broken by their renewal.`);
    if (now > giveUpAt) throw new Complaint(`${renewed} of ${ids.length} were renewed; ${lapsed} have lapsed.`);
    await pause(250);
  }
}

async function progress(db: Kysely<Database>, { ids, at }: { ids: readonly ConnectionId[]; at: Date }) {
  const [first, last] = [ids[0], ids.at(-1)];
  if (first === undefined || last === undefined) throw new Complaint('There is nothing to renew.');
  return withTenant(db, tenantId, (trx) =>
    trx
      .selectFrom('connection_secret as secret')
      .innerJoin('connection', 'connection.id', 'secret.connection_id')
      .select((eb) => [
        eb.fn.countAll<number>().filterWhere('token_version', '>', 1).$castTo<number>().as('renewed'),
        eb.fn.countAll<number>().filterWhere('expires_at', '<', at).$castTo<number>().as('lapsed'),
        eb.fn.countAll<number>().filterWhere('state', '<>', 'connected').$castTo<number>().as('broken'),
      ])
      // Ids are ordered by time.
      .where('secret.connection_id', '>=', first)
      .where('secret.connection_id', '<=', last)
      .executeTakeFirstOrThrow(),
  ).then(({ renewed, lapsed, broken }) => ({
    renewed: Number(renewed),
    lapsed: Number(lapsed),
    broken: Number(broken),
  }));
}

/** The same work by one workflow for each, all of which wake at the same instant. */
async function measureSleepers(bench: Bench): Promise<{ seconds: number; each: Cost }> {
  const { db, masterKeys, client } = bench;
  tell(`${alone} connections, each with a workflow that sleeps until its token is due`);
  const made = { tenantId, masterKeys, count: alone, expiresAt: new Date(Date.now() + lapsesInMs) };
  const ids = await insertManyConnections(db, { ...made, refreshAt: null });
  const { stop, taskQueue } = await sleeperWorker(bench);
  try {
    const firstAt = Date.now() + 30_000 + alone * 30;
    const inputs = ids.map((connectionId): SleepingInput => ({ tenantId, connectionId, firstAt }));
    await inParallel(inputs, 40, (input) =>
      client.workflow.start<typeof sleepingRefresh>('sleepingRefresh', {
        taskQueue,
        workflowId: idOf(input),
        args: [input],
      }),
    );
    if (Date.now() > firstAt) throw new Complaint('Starting them took longer than planned.');
    const [one] = inputs;
    if (one === undefined) throw new Complaint('There is nothing to renew.');
    const asleep = await eventsOf(client, idOf(one));
    await pause(firstAt - Date.now());
    const { lastAt } = await renewal(db, ids);
    await pause(2_000);
    const after = await eventsOf(client, idOf(one));
    await inParallel(inputs, 40, (input) => client.workflow.getHandle(idOf(input)).terminate('measured'));
    return { seconds: (lastAt - firstAt) / 1_000, each: costOf(after.slice(asleep.length)) };
  } finally {
    await stop();
  }
}

const idOf = ({ connectionId }: SleepingInput): string => `bench/refresh/${connectionId}`;

/** A worker for them in this process, with the same function that the slices call. */
async function sleeperWorker(bench: Bench): Promise<{ stop: () => Promise<void>; taskQueue: string }> {
  const { namespace, address } = bench.temporal;
  const connection = await NativeConnection.connect({ address });
  const taskQueue = 'bench-refresh';
  const activities: SleepingActivities = {
    async renewOne({ connectionId }) {
      const id = connectionId as ConnectionId;
      const outcome = await refreshConnection(bench, { tenantId, connectionId: id, usedVersion: 1 });
      if (outcome.kind !== 'fresh') throw new Error(`the token was not renewed: ${outcome.kind}`);
      return 0.8 * 60 * minuteMs;
    },
  };
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    activities,
    workflowsPath: new URL('support/sleeping-refresh.ts', import.meta.url).pathname,
  });
  const running = worker.run();
  const stop = async (): Promise<void> => {
    worker.shutdown();
    await running;
    await connection.close();
  };
  return { taskQueue, stop };
}

await runProgram(measure);
