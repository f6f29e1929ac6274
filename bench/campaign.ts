import { Client, Connection } from '@temporalio/client';
import { runProgram } from '../dev/complaint.ts';
import { programVariables } from '../dev/environment.ts';
import { launchWorker, untilWorkerReady } from '../dev/parts/worker.ts';
import type { Stack } from '../dev/stack.ts';
import { connect } from '../src/db/connect.ts';
import { campaignWorkflowId } from '../src/domain/campaign.ts';
import { readMigrateConfig, readWorkerConfig } from '../src/platform/config.ts';
import { begin, campaignTenant, finished, insertPeople } from './support/campaign-tenant.ts';
import { pauseMs, replyMs, withStatuses } from './support/campaign-measures.ts';
import { countByType, eventsOf } from './support/history.ts';
import { largeCampaign } from './support/large-campaign.ts';
import { bundleMessages } from './support/message-activity-worker.ts';
import { contest } from './support/message-contest.ts';
import { report } from './support/report.ts';
import { measuredSystem, tell } from './support/system.ts';
import { whatsappSide } from './support/whatsapp-side.ts';
import { forgetPeak, peakMib } from './support/worker-memory.ts';

/** `RECIPIENTS=2000 ROUNDS=1 make bench NAME=campaign` measures less, sooner. */
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
  const { stack, environment } = measuredSystem();
  const variables = programVariables(stack);
  const { masterKeys, database } = readWorkerConfig(variables);
  const { db } = connect(database.appUrl, { max: 4, onError: () => undefined, applicationName: 'bench' });
  const whatsapp = whatsappSide(environment);
  const temporal = { ...environment.temporal, workflowBundle: await bundleMessages() };
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, namespace: temporal.namespace });
  try {
    const workerPid = await fastWorker(stack);
    await whatsapp.settings({ templateReviewMs: 0 });
    await whatsapp.messaging(fast);
    tell(`a tenant with ${recipients} people`);
    const tenant = await campaignTenant({ db, masterKeys, environment }, 'aurora');
    const groupId = await insertPeople(db, tenant, { count: recipients, prefix });

    let last = '';
    const campaign = async (): Promise<void> => {
      const { campaignId } = await begin(tenant, groupId);
      await finished(db, tenant, campaignId);
      last = campaignWorkflowId(tenant.tenantId, campaignId);
    };
    forgetPeak(workerPid);
    const {
      loop,
      rows,
      jobs,
      activities,
      campaign: ours,
    } = await contest({
      whatsapp,
      tenant,
      recipients,
      rounds,
      prefix,
      temporal,
      campaign,
      ownerUrl: readMigrateConfig(variables).database.ownerUrl,
      redisPort: stack.ports.api + 50,
    });
    const rssMib = peakMib(workerPid);
    const events = await eventsOf(client, last);
    console.table(countByType(events));

    const about = { db, whatsapp, tenant };
    tell('pauses');
    const paused = await pauseMs(about, groupId);
    tell('three statuses of each message, told while it is sent');
    const told = await withStatuses(about, { groupId, api: environment.api });
    tell('replies to people, at a number that a campaign uses up');
    await whatsapp.messaging(slow);
    const replies = await replyMs(about, { groupId, api: environment.api });
    await whatsapp.messaging(fast);
    const beside = large > 0 ? await campaignTenant({ db, masterKeys, environment }, 'lariana') : null;
    const ofLarge =
      beside === null
        ? {}
        : await largeCampaign({ ...about, beside, workerPid, recipients: large, prefix: largePrefix });

    report('campaign', {
      ratio_to_loop: ours?.ratio ?? Number.NaN,
      row_update_ratio: rows?.ratio ?? Number.NaN,
      ...(jobs === null ? {} : { bullmq_ratio: jobs.ratio }),
      activity_per_message_ratio: activities?.ratio ?? Number.NaN,
      loop_messages_per_s: loop?.messagesPerS ?? Number.NaN,
      messages_per_s: ours?.messagesPerS ?? Number.NaN,
      events_per_1000: (events.length / recipients) * 1_000,
      pause_ms: paused,
      rss_mb: rssMib,
      statuses_per_s: told.statusesPerS,
      statuses_behind_ms: told.behindMs,
      with_statuses_messages_per_s: told.messagesPerS,
      reply_quiet_ms: replies.quiet,
      reply_busy_p95_ms: replies.busy,
      ...ofLarge,
    });
  } finally {
    await Promise.all([db.destroy(), connection.close()]);
  }
}

/** The worker anew, as its own process as always, with the number's limit out of the way. Returns its process id. */
async function fastWorker(stack: Stack): Promise<number> {
  const pid = await launchWorker(stack, { WHATSAPP_HIGH_PER_SECOND: String(beyondReach) });
  await untilWorkerReady(stack);
  return pid;
}

await runProgram(measure);
