import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { approvalActivities } from '../activities/approval.ts';
import { campaignActivities } from '../activities/campaign.ts';
import { campaignQuestionActivities } from '../activities/campaign-question.ts';
import { followDepartures } from '../activities/campaign-departures.ts';
import { campaignSliceActivities } from '../activities/campaign-slice.ts';
import { connectionActivities } from '../activities/connection.ts';
import { connectionPictureActivities } from '../activities/connection-picture.ts';
import { revocationActivities } from '../activities/connection-revocation.ts';
import { contactImportActivities } from '../activities/contact-import.ts';
import { postActivities } from '../activities/post.ts';
import { sliceActivities } from '../activities/slice.ts';
import { publicationActivities } from '../activities/publication.ts';
import { refreshConnection } from '../activities/token-refresh.ts';
import { openChannels } from '../channels/open.ts';
import { openPictureFetcher } from '../channels/picture.ts';
import { connect } from '../db/connect.ts';
import { countOverdue } from '../db/connection-duty.ts';
import { startRelay } from '../relay/relay.ts';
import { startMailRelay } from '../relay/mail.ts';
import { startSlices } from '../relay/start-slices.ts';
import { systemClock } from '../platform/clock.ts';
import { ConfigError, readWorkerConfig, type WorkerConfig } from '../platform/config.ts';
import { type DepartureLogs, openDepartureLogs } from '../platform/departure-log.ts';
import { createLogger, type Logger } from '../platform/logging.ts';
import { createMailer } from '../platform/mailer.ts';
import { openStorage } from '../platform/storage/open.ts';
import { createTemporalClient } from '../platform/temporal-client.ts';
import { serveHealth } from '../platform/worker-health.ts';
import { createWorkerMetrics, type WorkerMetrics } from '../platform/worker-metrics.ts';
import { readTemplatesWith } from './read-templates.ts';
import { startSweeps } from '../relay/sweeps.ts';

/** Runs the task queues that the configuration names, and with `core` the relays from Postgres to Temporal and by e-mail. */
async function main(): Promise<void> {
  const config = readWorkerConfig();
  const log = createLogger({ program: 'worker', level: config.logLevel });
  const metrics = createWorkerMetrics();
  const stopping = new AbortController();
  installRuntime(config, log);

  const onError = (error: Error): void => log.warn({ err: error }, 'a database connection broke; it is replaced');
  const app = connect(config.database.appUrl, { max: config.database.poolMax, onError, applicationName: 'worker' });
  const system = connect(config.database.systemUrl, { max: 3, onError, applicationName: 'worker-system' });
  const { channels, connectors, templates, whatsapp, close } = openChannels(config.networks, {
    clock: systemClock,
    observe: ({ network, method, outcome, tookMs }) =>
      metrics.observeExchange({ network, method, outcome: String(outcome), seconds: tookMs / 1_000 }),
  });
  const storage = openStorage(config.media.store);
  // A pool of their own: many connections that are due at once must not keep a publish call waiting.
  const slices = connect(config.database.appUrl, { max: slicePoolMax, onError, applicationName: 'worker-slice' });
  // Likewise: a campaign that is being sent must not keep others waiting, nor wait for them.
  const campaigns = connect(config.database.appUrl, {
    max: campaignPoolMax,
    onError,
    applicationName: 'worker-campaign',
  });
  const departures = openDepartures(config, log);
  const refreshing = { db: app.db, masterKeys: config.masterKeys, connectors, clock: systemClock };
  const { allowPrivateTargets } = config.networks;
  const pictures = openPictureFetcher({ allowPrivateTargets, clock: systemClock });
  const activities = {
    ...postActivities({ db: app.db }),
    ...approvalActivities({ db: app.db }),
    ...connectionActivities({ db: app.db }),
    ...campaignActivities({ db: campaigns.db, clock: systemClock }),
    ...campaignSliceActivities({
      db: campaigns.db,
      masterKeys: config.masterKeys,
      ...whatsapp,
      departures,
      clock: systemClock,
      stopping: stopping.signal,
    }),
    ...campaignQuestionActivities({
      db: campaigns.db,
      masterKeys: config.masterKeys,
      readHealth: whatsapp.readHealth,
      clock: systemClock,
    }),
    ...revocationActivities({ db: app.db, connectors, masterKeys: config.masterKeys, clock: systemClock }),
    ...connectionPictureActivities({
      db: app.db,
      connectors,
      pictures,
      storage,
      masterKeys: config.masterKeys,
      clock: systemClock,
    }),
    ...publicationActivities({
      db: app.db,
      channels,
      storage,
      mediaUrls: config.media,
      masterKeys: config.masterKeys,
      refresh: (request) => refreshConnection(refreshing, request),
      clock: systemClock,
      stopping: stopping.signal,
      onCall: metrics.observeLateness,
    }),
    ...contactImportActivities({ db: slices.db, storage, clock: systemClock, stopping: stopping.signal }),
    ...sliceActivities({
      db: slices.db,
      system: system.db,
      masterKeys: config.masterKeys,
      connectors,
      refresh: (request) => refreshConnection({ ...refreshing, db: slices.db }, request),
      clock: systemClock,
      webhooks: { publicUrl: config.media.publicUrl, key: config.media.urlKey },
      stopping: stopping.signal,
      onDuty: metrics.countDuty,
      log,
    }),
  };
  if (config.taskQueues.includes('slice')) metrics.readOverdue(() => countOverdue(system.db, overdue()));
  const connection = await NativeConnection.connect(nativeOptions(config));
  const workers = await createWorkers(config, { connection, activities });
  const { client, connection: clientConnection } = createTemporalClient(config.temporal);
  const relayed = config.taskQueues.includes('core')
    ? { system: system.db, systemUrl: config.database.systemUrl, client, taskQueue: 'core', clock: systemClock, log }
    : null;
  const relay = relayed === null ? null : startRelay(relayed);
  const started = relayed === null ? null : startSlices(relayed, { perDuty: config.slicesPerDuty });
  const media = { db: app.db, storage, unusedDays: config.mediaUnusedDays };
  const sweeps =
    relayed === null
      ? null
      : startSweeps({
          ...relayed,
          media,
          templates: { db: app.db, read: readTemplatesWith({ ...refreshing, api: templates }) },
          reach: { db: app.db },
        });
  const mailer = relayed === null || config.mail === null ? null : createMailer(config.mail);
  const mails =
    relayed === null || mailer === null
      ? null
      : startMailRelay({
          ...relayed,
          db: app.db,
          mailer,
          consoleUrl: config.consoleUrl,
          onAnswer: metrics.countMail,
        });
  const health = await serveHealth(config.health, {
    notReady: async () => [
      ...workers.filter((worker) => worker.getState() !== 'RUNNING').map((worker) => worker.options.taskQueue),
      ...(await app.pool.query('select 1').then(
        () => [],
        () => ['database'],
      )),
    ],
    metrics: () => allMetrics(config, metrics),
  });

  // Attempts that wait for their instant are handed back before the workers stop taking answers.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  const following =
    departures === null ? null : await followDepartures({ db: campaigns.db, departures, clock: systemClock, log });
  log.info({ taskQueues: config.taskQueues, buildId: config.deployment.buildId }, 'the worker starts');
  await Promise.all(workers.map((worker) => worker.run()));

  await Promise.all([relay?.stop(), started?.stop(), sweeps?.stop(), mails?.stop()]);
  await following?.stop();
  mailer?.close();
  health.close();
  await Promise.all([
    close(),
    pictures.close(),
    connection.close(),
    clientConnection.close(),
    app.pool.end(),
    slices.pool.end(),
    campaigns.pool.end(),
    system.pool.end(),
  ]);
  log.info('the worker has stopped');
}

function openDepartures({ departuresDir }: WorkerConfig, log: Logger): DepartureLogs | null {
  if (departuresDir === null) return null;
  const onError = (error: unknown): void =>
    log.warn({ err: error }, 'departures cannot be noted: after a kill, messages that were not sent may stay in doubt');
  return openDepartureLogs(departuresDir, { clock: systemClock, onError });
}

const slicePoolMax = 6;
const campaignPoolMax = 8;

/** What was due a minute ago should be done. */
const overdue = () => ({ now: new Date(systemClock()), longerThanMs: 60_000 });

/** Core's own exporter; `/metrics` of the health port shows both. */
const coreMetricsAddress = ({ health }: WorkerConfig): string => `${health.host}:${health.port + 1}`;

function installRuntime(config: WorkerConfig, log: Logger): void {
  Runtime.install({
    logger: {
      log: (level, message, meta) => log[level === 'TRACE' ? 'trace' : logLevels[level]](meta ?? {}, message),
      trace: (message, meta) => log.trace(meta ?? {}, message),
      debug: (message, meta) => log.debug(meta ?? {}, message),
      info: (message, meta) => log.info(meta ?? {}, message),
      warn: (message, meta) => log.warn(meta ?? {}, message),
      error: (message, meta) => log.error(meta ?? {}, message),
    },
    shutdownSignals: ['SIGTERM', 'SIGINT'],
    telemetryOptions: { metrics: { prometheus: { bindAddress: coreMetricsAddress(config) } } },
  });
}

const logLevels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

async function allMetrics(config: WorkerConfig, metrics: WorkerMetrics): Promise<string> {
  const core = await fetch(`http://${coreMetricsAddress(config)}/metrics`);
  return `${await metrics.render()}\n${await core.text()}`;
}

function nativeOptions({ temporal: { address, tls, apiKey } }: WorkerConfig) {
  return { address, ...(tls ? { tls: {} } : {}), ...(apiKey === null ? {} : { apiKey }) };
}

/** How late a cancelled activity hears of it: less often is cheaper, and nobody waits for a slice to stop. */
const heartbeatThrottle = { core: '5s', publish: '5s', campaign: '1s', slice: '30s' } as const;

function createWorkers(
  config: WorkerConfig,
  { connection, activities }: { connection: NativeConnection; activities: object },
): Promise<readonly Worker[]> {
  const { deployment, temporal, slots } = config;
  return Promise.all(
    config.taskQueues.map((taskQueue) =>
      Worker.create({
        connection,
        namespace: temporal.namespace,
        taskQueue,
        activities,
        ...(taskQueue === 'core' ? { workflowsPath: new URL('../workflows/index.ts', import.meta.url).pathname } : {}),
        maxConcurrentActivityTaskExecutions: slots[taskQueue],
        maxHeartbeatThrottleInterval: heartbeatThrottle[taskQueue],
        defaultHeartbeatThrottleInterval: heartbeatThrottle[taskQueue],
        // Above 30 s the process would be killed by its supervisor first.
        shutdownGraceTime: '25s',
        // How long a killed worker's runs wait for it before another takes them: less than a command's ten seconds.
        stickyQueueScheduleToStartTimeout: '4s',
        workerDeploymentOptions: {
          version: { deploymentName: deployment.name, buildId: deployment.buildId },
          useWorkerVersioning: true,
          defaultVersioningBehavior: 'AUTO_UPGRADE',
        },
      }),
    ),
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
