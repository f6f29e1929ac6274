import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { z } from 'zod';

import { Complaint, runProgram } from '../dev/complaint.ts';
import { demoTenant, demoUser } from '../dev/demo-data.ts';
import { logIn, type Person } from '../dev/demo/api-client.ts';
import { type ApprovalInput, approvalWorkflowId } from '../src/domain/approval.ts';
import type { approval } from '../src/workflows/approval/workflow.ts';
import { searchAttributes } from '../src/workflows/search-attributes.ts';
import { billedActions, difference, meteredActions } from './support/actions.ts';
import { countByType, eventsOf } from './support/history.ts';
import { insertManyApprovals } from './support/many-approvals.ts';
import { percentile, report } from './support/report.ts';
import { inParallel, measuredSystem, succeed, tell } from './support/system.ts';

/** `APPROVALS=1000 STORM=100 make bench NAME=approval` measures less, sooner. */
const waiting = Number(process.env['APPROVALS'] ?? 10_000);
const storm = Number(process.env['STORM'] ?? 1_000);
const width = 40;
const minuteMs = 60_000;
/** What two cores open in a second, with room to spare. */
const openedPerSecond = 20;
const patienceMs = 300_000;

const tenant = demoTenant('aurora');
const author = demoUser('elena.aurora');
const reviewer = demoUser('marco.aurora');

type Bench = Readonly<{ client: Client; app: pg.Pool; admin: Person; workerPid: number }>;

/**
 * What approvals cost that wait: events, actions and the worker's memory with ten thousand of them, each with a timer
 * for its reminder; and how late a thousand are whose time runs out at the same instant.
 */
async function measure(): Promise<void> {
  const { stack, environment } = measuredSystem();
  const { temporal, databaseUrl, processes } = environment;
  const connection = await Connection.connect({ address: temporal.address });
  const bench: Bench = {
    client: new Client({ connection, namespace: temporal.namespace }),
    app: new pg.Pool({ connectionString: databaseUrl, max: 2 }),
    admin: await logIn(environment, 'giulia.aurora', 'aurora'),
    workerPid: processes['worker'] ?? 0,
  };
  try {
    const before = await meteredActions(stack);
    const memoryBefore = residentMib(bench.workerPid);
    const opened = await openMany(bench);
    const metered = difference(before, await meteredActions(stack));
    const memoryAfter = residentMib(bench.workerPid);
    const [first] = opened.ids;
    const events = first === undefined ? [] : await eventsOf(bench.client, first);
    console.log('\n  Events of one that waits');
    console.table(countByType(events));

    const expired = await letExpire(bench);
    report('approval', {
      waiting,
      opened_per_second: waiting / (opened.tookMs / 1_000),
      events_each: events.length,
      actions_each: sum(billedActions(events, { isChild: true })),
      metered_actions_each: sum(metered) / waiting,
      worker_memory_before_mib: memoryBefore,
      worker_memory_waiting_mib: memoryAfter,
      ...expired,
    });
  } finally {
    await Promise.all([bench.app.end(), connection.close()]);
  }
}

/** Opens the many that wait: two weeks of business time, a reminder after the first. */
async function openMany(bench: Bench): Promise<{ ids: readonly string[]; tookMs: number }> {
  const week = 5 * 9 * 60;
  const step = stepOf({ timeLimitMinutes: 2 * week, reminders: [week], onTimeout: 'hold' });
  const policyId = await addPolicy(bench, { step, calendarId: null });
  const inputs = await insert(bench, { policyId, step, calendarId: null, count: waiting });
  tell(`opening ${waiting} approvals`);
  const startedAt = Date.now();
  const ids = await start(bench, inputs);
  await untilOpened(bench, policyId, waiting);
  const tookMs = Date.now() - startedAt;
  tell(`all wait, after ${Math.round(tookMs / 1_000)} s`);
  await sleep(10_000);
  return { ids, tookMs };
}

/** Opens those whose minute of business time is the same one, and lets it pass. */
async function letExpire(bench: Bench): Promise<Record<string, number>> {
  const opensAt = Math.ceil((Date.now() + (storm / openedPerSecond) * 1_000 + minuteMs) / minuteMs) * minuteMs;
  const calendarId = await addCalendar(bench, opensAt);
  const step = stepOf({ timeLimitMinutes: 1, reminders: [], onTimeout: 'expire' });
  const policyId = await addPolicy(bench, { step, calendarId });
  const inputs = await insert(bench, { policyId, step, calendarId, count: storm });
  const ids = new Set(await start(bench, inputs));
  await untilOpened(bench, policyId, storm);
  const deadline = opensAt + minuteMs;
  if (Date.now() > opensAt) throw new Complaint('The approvals were opened too late to have one deadline.');
  tell(`${storm} approvals run out at ${new Date(deadline).toISOString()}`);
  await sleep(deadline - Date.now());
  await untilExpired(bench, policyId);
  const closed: number[] = [];
  const query = `WorkflowType = 'approval' AND ExecutionStatus = 'Completed'`;
  await sleep(5_000);
  for await (const { workflowId, closeTime } of bench.client.workflow.list({ query })) {
    if (ids.has(workflowId) && closeTime !== undefined) closed.push(closeTime.getTime() - deadline);
  }
  return {
    storm,
    storm_closed: closed.length,
    storm_lateness_p50_ms: percentile(closed, 0.5),
    storm_lateness_p95_ms: percentile(closed, 0.95),
    storm_lateness_max_ms: percentile(closed, 1),
    storm_early: closed.filter((ms) => ms < 0).length,
  };
}

function stepOf(timing: { timeLimitMinutes: number; reminders: readonly number[]; onTimeout: 'expire' | 'hold' }) {
  return { key: 'review', name: 'Misura', approvers: [reviewer.id], rule: { kind: 'any' }, ...timing };
}

async function insert(
  { app }: Bench,
  made: { policyId: string; step: object; calendarId: string | null; count: number },
): Promise<readonly ApprovalInput[]> {
  const { step, ...rest } = made;
  const whole = { fallback: [], delegable: true, ...step };
  return insertManyApprovals(app, { ...rest, tenantId: tenant.id, authorId: author.id, steps: [whole] });
}

function start({ client }: Bench, inputs: readonly ApprovalInput[]): Promise<readonly string[]> {
  return inParallel(inputs, width, async (input) => {
    const { workflowId } = await client.workflow.start<typeof approval>('approval', {
      workflowId: approvalWorkflowId(input.tenantId, input.approvalId),
      taskQueue: 'core',
      args: [input],
      typedSearchAttributes: [{ key: searchAttributes.tenantId, value: input.tenantId }],
    });
    return workflowId;
  });
}

async function addPolicy(
  { admin }: Bench,
  { step, calendarId }: { step: ReturnType<typeof stepOf>; calendarId: string | null },
): Promise<string> {
  const { approvers: users, ...rest } = step;
  const body = { name: `Misura ${Date.now()}`, steps: [{ ...rest, users }], calendarId };
  return String((await succeed(admin.post('/v1/approval-policies', { body })))['id']);
}

/** Open every day from that minute on, for an hour: whatever opens before counts from there. */
async function addCalendar({ admin }: Bench, opensAt: number): Promise<string> {
  const clock = (instant: number): string => new Date(instant).toISOString().slice(11, 16);
  const to = clock(opensAt + 60 * minuteMs);
  const hours = [{ from: clock(opensAt), to: to < clock(opensAt) ? '24:00' : to }];
  const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
  const week = Object.fromEntries(days.map((day) => [day, hours]));
  const body = { name: `Misura ${opensAt}`, timeZone: 'UTC', week, holidays: null };
  return String((await succeed(admin.post('/v1/business-calendars', { body })))['id']);
}

const untilOpened = (bench: Bench, policyId: string, count: number) =>
  until(bench, policyId, { column: 'turn > 0', count });

const untilExpired = (bench: Bench, policyId: string) =>
  until(bench, policyId, { column: `outcome = 'expired'`, count: storm });

const counted = z.object({ rows: z.tuple([z.object({ count: z.int() })]) });

/** Waits until so many approvals of the policy are as the condition says. */
async function until(
  { app }: Bench,
  policyId: string,
  { column, count }: { column: string; count: number },
): Promise<void> {
  let seen = 0;
  let movedAt = Date.now();
  while (seen < count) {
    const client = await app.connect();
    try {
      await client.query('begin');
      await client.query(`select set_config('app.tenant_id', $1, true)`, [tenant.id]);
      const sql = `select count(*)::int as count from approval where policy_id = $1 and ${column}`;
      const now = counted.parse(await client.query(sql, [policyId])).rows[0].count;
      await client.query('commit');
      if (now > seen) movedAt = Date.now();
      seen = now;
    } finally {
      client.release();
    }
    if (Date.now() - movedAt > patienceMs) throw new Complaint(`Only ${seen} of ${count} came as far as ${column}.`);
    await sleep(500);
  }
}

/** What the worker's process holds in memory. */
function residentMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

await runProgram(measure);
