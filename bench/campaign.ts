import { Client, Connection } from '@temporalio/client';
import { runProgram } from '../dev/complaint.ts';
import { programVariables } from '../dev/environment.ts';
import { launchWorker, untilWorkerReady } from '../dev/parts/worker.ts';
import type { Stack } from '../dev/stack.ts';
import { connect } from '../src/db/connect.ts';
import { campaignWorkflowId } from '../src/domain/campaign.ts';
import { readMigrateConfig, readWorkerConfig } from '../src/platform/config.ts';
import { begin, type CampaignTenant, campaignTenant, finished, insertPeople } from './support/campaign-tenant.ts';
import { pauseMs, replyMs, withStatuses } from './support/campaign-measures.ts';
import { countByType, eventsOf } from './support/history.ts';
import { largeCampaign } from './support/large-campaign.ts';
import { bundleMessages } from './support/message-activity-worker.ts';
import { contest } from './support/message-contest.ts';
import { report } from './support/report.ts';
import { measuredSystem, tell } from './support/system.ts';
import { whatsappSide } from './support/whatsapp-side.ts';
import { forgetPeak, peakMib } from './support/worker-memory.ts';

/** `RECIPIENTS=2000 ROUNDS=1 make bench NAME=campaign` measures less, sooner; without rounds nothing is compared. */
const recipients = Number(process.env['RECIPIENTS'] ?? 10_000);
const rounds = Number(process.env['ROUNDS'] ?? 5);
/** `FULL=1` also sends from a list of a million people, or of `LARGE`, which takes many minutes. */
const large = process.env['FULL'] === '1' ? Number(process.env['LARGE'] ?? 1_000_000) : 0;
/** Of everybody's number: other digits in each run, since a number is one person's. */
const prefix = `393${String(Date.now()).slice(-7, -4)}`;
const largePrefix = `394${String(Date.now()).slice(-7, -4)}`;

/**
 * A number that may send more than anybody here can: what is compared is how fast messages are sent, not how fast
 * WhatsApp lets them be. The operator's setting for numbers with which Meta has agreed on more than a thousand.
 */
const beyondReach = 20_000;
const fast = { latencyMs: 30, throughput: 'HIGH', perSecond: beyondReach, tier: 'TIER_UNLIMITED', pairEveryMs: 0 };
/** As a number begins at WhatsApp: 80 messages a second, which a campaign uses up. */
const slow = { throughput: 'STANDARD', perSecond: null };

/**
 * How fast campaigns are sent, next to other ways of sending the same messages to the same simulator in the same run,
 * and what that costs: events, memory, how long a pause takes. Answers take 30 ms, over 64 connections.
 */
async function measure(): Promise<void> {
  const bench = await open();
  const { whatsapp, making, close } = bench;
  try {
    const workerPid = await fastWorker(bench.stack);
    await whatsapp.settings({ templateReviewMs: 0 });
    await whatsapp.messaging(fast);
    tell(`a tenant with ${recipients} people`);
    const tenant = await campaignTenant(making, 'aurora');
    const groupId = await insertPeople(making.db, tenant, { count: recipients, prefix });
    const about = { ...bench, tenant, groupId, workerPid };
    const compared = rounds === 0 ? {} : await comparison(about);
    const others = await otherMeasures(about);
    const ofLarge = large === 0 ? {} : await largeMeasures(about);
    report('campaign', { ...compared, ...others, ...ofLarge });
  } finally {
    await close();
  }
}

type Bench = Awaited<ReturnType<typeof open>>;
type About = Bench & { readonly tenant: CampaignTenant; readonly groupId: string; readonly workerPid: number };

async function open() {
  const { stack, environment } = measuredSystem();
  const variables = programVariables(stack);
  const { masterKeys, database } = readWorkerConfig(variables);
  const { db } = connect(database.appUrl, { max: 4, onError: () => undefined, applicationName: 'bench' });
  const connection = await Connection.connect({ address: environment.temporal.address });
  return {
    stack,
    making: { db, masterKeys, environment },
    whatsapp: whatsappSide(environment),
    client: new Client({ connection, namespace: environment.temporal.namespace }),
    ownerUrl: readMigrateConfig(variables).database.ownerUrl,
    close: () => Promise.all([db.destroy(), connection.close()]),
  };
}

/** Side by side with the others; events and memory are those of the campaigns in it. */
async function comparison(about: About): Promise<Record<string, number>> {
  const { stack, making, whatsapp, tenant, groupId, client, ownerUrl, workerPid } = about;
  let last = '';
  const campaign = async (): Promise<void> => {
    const { campaignId } = await begin(tenant, groupId);
    await finished(making.db, tenant, campaignId);
    last = campaignWorkflowId(tenant.tenantId, campaignId);
  };
  forgetPeak(workerPid);
  const temporal = { ...making.environment.temporal, workflowBundle: await bundleMessages() };
  const redisPort = stack.ports.api + redisOffset;
  const all = { whatsapp, tenant, recipients, rounds, prefix, temporal, campaign, ownerUrl, redisPort };
  const { loop, rows, jobs, activities, campaign: ours } = await contest(all);
  const events = await eventsOf(client, last);
  console.table(countByType(events));
  return {
    ratio_to_loop: ours?.ratio ?? Number.NaN,
    row_update_ratio: rows?.ratio ?? Number.NaN,
    ...(jobs === null ? {} : { bullmq_ratio: jobs.ratio }),
    activity_per_message_ratio: activities?.ratio ?? Number.NaN,
    loop_messages_per_s: loop?.messagesPerS ?? Number.NaN,
    messages_per_s: ours?.messagesPerS ?? Number.NaN,
    events_per_1000: (events.length / recipients) * 1_000,
    rss_mb: peakMib(workerPid),
  };
}

/** Beside the ports of the stack. */
const redisOffset = 50;

async function otherMeasures({ making, whatsapp, tenant, groupId }: About): Promise<Record<string, number>> {
  const about = { db: making.db, whatsapp, tenant };
  const { api } = making.environment;
  tell('pauses');
  const pause_ms = await pauseMs(about, groupId);
  tell('three statuses of each message, told while it is sent');
  const told = await withStatuses(about, { groupId, api });
  tell('replies to people, at a number that a campaign uses up');
  await whatsapp.messaging(slow);
  const replies = await replyMs(about, { groupId, api });
  await whatsapp.messaging(fast);
  return {
    pause_ms,
    statuses_per_s: told.statusesPerS,
    statuses_behind_ms: told.behindMs,
    with_statuses_messages_per_s: told.messagesPerS,
    reply_quiet_ms: replies.quiet,
    reply_busy_p95_ms: replies.busy,
  };
}

async function largeMeasures({
  making,
  whatsapp,
  tenant,
  workerPid,
}: About): Promise<Readonly<Record<string, number>>> {
  const beside = await campaignTenant(making, 'lariana');
  const of = { db: making.db, whatsapp, tenant, beside, workerPid, recipients: large, prefix: largePrefix };
  return largeCampaign(of);
}

/** The worker anew, as its own process as always, with the number's limit out of the way. Returns its process id. */
async function fastWorker(stack: Stack): Promise<number> {
  const pid = await launchWorker(stack, { WHATSAPP_HIGH_PER_SECOND: String(beyondReach) });
  await untilWorkerReady(stack);
  return pid;
}

await runProgram(measure);
