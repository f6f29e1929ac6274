import { setMaxListeners } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createApp } from '../api/app.ts';
import { createCommandSender } from '../api/command.ts';
import { createEventFeed } from '../api/events/event-feed.ts';
import { networkTimeoutMs } from '../api/connections/begin-authorization.ts';
import { returnPages } from '../api/pages/return-pages.ts';
import { streamDefaults } from '../api/pipeline/event-stream.ts';
import type { PermalinkHosts } from '../api/posts/permalink.ts';
import { createReadiness } from '../api/readiness.ts';
import { allRoutes } from '../api/routes.ts';
import { webhookPages } from '../api/webhooks/webhook-pages.ts';
import { openChannels } from '../channels/open.ts';
import { grantWebhooks } from '../channels/webhooks/registry.ts';
import { connect } from '../db/connect.ts';
import { systemClock } from '../platform/clock.ts';
import { type ApiConfig, ConfigError, readApiConfig } from '../platform/config.ts';
import { createTokenVerifier } from '../platform/keycloak.ts';
import { createLogger, type Logger } from '../platform/logging.ts';
import { createApiMetrics } from '../platform/metrics.ts';
import { openStorage } from '../platform/storage/open.ts';
import { createTemporalClient } from '../platform/temporal-client.ts';
import { askLimitsWith } from './ask-limits.ts';
import { grantDeskWith } from './grant-desk.ts';
import { openMessageIntake } from './message-intake.ts';
import { probeWith } from './probe-page.ts';
import { publishedPostsOn } from './published-posts.ts';
import { renewWith } from './renew-token.ts';
import { replyDeskWith } from './reply-desk.ts';
import { templateDeskWith } from './template-desk.ts';
import { testSenderWith } from './test-sender.ts';

/** Serves the API until it is asked to stop. */
async function main(): Promise<void> {
  const config = readApiConfig();
  const logger = createLogger({ program: 'api', level: config.logLevel });
  const stopping = new AbortController();
  // Every stream waits for it.
  setMaxListeners(0, stopping.signal);
  const { app, close } = wire(config, { logger, stopping: stopping.signal });
  const server = createServer(app);
  limitSlowClients(server);
  await listen(server, config.http);
  logger.info({ port: config.http.port }, 'the API listens');

  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  logger.info('the API stops');
  stopping.abort();
  await drain(server);
  await close();
}

function wire(config: ApiConfig, { logger, stopping }: { logger: Logger; stopping: AbortSignal }) {
  const onError = (error: Error): void => logger.warn({ err: error }, 'a database connection broke; it is replaced');
  const database = connect(config.database.appUrl, { max: config.database.poolMax, onError, applicationName: 'api' });
  const system = connect(config.database.systemUrl, { max: 2, onError, applicationName: 'api-system' });
  const { client, connection } = createTemporalClient(config.temporal);
  const tokens = createTokenVerifier({ ...config.keycloak, clock: systemClock });
  const {
    channels,
    connectors,
    templates,
    replies,
    whatsapp,
    close: closeChannels,
  } = openChannels(config.networks, {
    clock: systemClock,
    observe: () => undefined,
  });
  const feed = createEventFeed({
    db: database.db,
    listenUrl: config.database.systemUrl,
    clock: systemClock,
    log: logger,
  });
  const messages = openMessageIntake({ db: database.db, clock: systemClock, log: logger });
  const conversing = { replies: replyDeskWith(replies), askLimits: askLimitsWith(whatsapp.readLimits) };
  const metrics = createApiMetrics();
  metrics.watchPool('app', database.pool);
  metrics.watchPool('system', system.pool);

  const flow = {
    desk: grantDeskWith(connectors, config.networks.apps),
    masterKeys: config.masterKeys,
    publicUrl: config.media.publicUrl,
  };
  const app = createApp({
    routes: allRoutes({
      ...flow,
      probe: probeWith(connectors),
      renew: renewWith({ db: database.db, masterKeys: config.masterKeys, connectors, clock: systemClock }),
      published: publishedPostsOn(channels),
      templates: templateDeskWith(templates),
      ...conversing,
      feed,
      simulated: simulatedHosts(config.networks),
      sendTest: testSenderWith({
        db: database.db,
        clock: systemClock,
        masterKeys: config.masterKeys,
        ...conversing,
      }),
      storage: openStorage(config.media.store),
      urls: config.media,
    }),
    pages: [
      returnPages({
        ...flow,
        db: database.db,
        clock: systemClock,
        logger,
        consoleUrl: config.consoleUrl,
        timeoutMs: networkTimeoutMs,
      }),
      webhookPages({
        db: database.db,
        clock: systemClock,
        webhooks: grantWebhooks(config.networks.apps),
        messages,
        urlKey: config.media.urlKey,
        publicUrl: config.media.publicUrl,
      }),
    ],
    services: {
      db: database.db,
      clock: systemClock,
      logger,
      tokens,
      commands: createCommandSender(client),
      stopping,
      temporalUi:
        config.temporalUiUrl === null ? null : { url: config.temporalUiUrl, namespace: config.temporal.namespace },
    },
    settings: {
      corsOrigins: config.http.corsOrigins,
      rateLimits: config.rateLimits,
      strictAnswers: !config.production,
      streams: streamDefaults,
    },
    metrics,
    readiness: createReadiness({
      database: database.pool,
      system: system.db,
      temporal: { connection, namespace: config.temporal.namespace },
      tokens,
      sendsMail: config.mail !== null,
    }),
  });
  const close = async () => {
    await feed.stop();
    await messages.stop();
    // Kysely ends a pool only if it has used it itself.
    await Promise.all([database.pool.end(), system.pool.end(), connection.close(), closeChannels()]);
  };
  return { app, close };
}

/** In development the networks are stand-ins, and posts are shown where they are called. */
function simulatedHosts(networks: ApiConfig['networks']): PermalinkHosts {
  const hosts = (url: string) => (networks.allowPrivateTargets ? [new URL(url).host] : []);
  return {
    facebook: hosts(networks.urls.facebook),
    instagram: hosts(networks.urls.instagram),
    linkedin: hosts(networks.urls.linkedin),
  };
}

const headersTimeoutMs = 15_000;
/** Silence on a connection, not the length of a request: an upload takes as long as it takes. */
const idleTimeoutMs = 120_000;
/** Longer than what load balancers keep a connection for, so that they never send on one that we have just closed. */
const keepAliveTimeoutMs = 75_000;
const drainMs = 15_000;

/** A client that goes silent must not hold a connection for ever. JSON bodies have a deadline of their own. */
function limitSlowClients(server: Server): void {
  server.headersTimeout = headersTimeoutMs;
  server.requestTimeout = 0;
  server.timeout = idleTimeoutMs;
  server.keepAliveTimeout = keepAliveTimeoutMs;
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
}

/** No new requests; those under way may finish, within reason. */
async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearTimeout(cut);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
