import { setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { programVariables } from '../../dev/environment.ts';
import { testStack } from '../../dev/stack.ts';
import { type AppSettings, createApp } from '../../src/api/app.ts';
import { createCommandSender } from '../../src/api/command.ts';
import { networkTimeoutMs } from '../../src/api/connections/begin-authorization.ts';
import type { GrantDesk } from '../../src/api/connections/grant-desk.ts';
import type { TestSender } from '../../src/api/campaigns/test-sender.ts';
import type { Probe } from '../../src/api/connections/probe.ts';
import type { Renew } from '../../src/api/connections/renew.ts';
import type { Route } from '../../src/api/define-route.ts';
import { createEventFeed } from '../../src/api/events/event-feed.ts';
import { returnPages } from '../../src/api/pages/return-pages.ts';
import { webhookPages } from '../../src/api/webhooks/webhook-pages.ts';
import { streamDefaults } from '../../src/api/pipeline/event-stream.ts';
import type { PublishedPosts } from '../../src/api/posts/published-posts.ts';
import { createReadiness } from '../../src/api/readiness.ts';
import { allRoutes } from '../../src/api/routes.ts';
import type { AskLimits } from '../../src/api/messages/count-reach.ts';
import type { ReplyDesk } from '../../src/api/messages/reply-desk.ts';
import type { TemplateDesk } from '../../src/api/templates/template-desk.ts';
import type { ApiServices } from '../../src/api/services.ts';
import type { Kysely } from 'kysely';
import type { Database } from '../../src/db/schema.ts';
import { openMessageIntake } from '../../src/bin/message-intake.ts';
import { grantWebhooks } from '../../src/channels/webhooks/registry.ts';
import { connect } from '../../src/db/connect.ts';
import { type ApiConfig, readApiConfig } from '../../src/platform/config.ts';
import { createTokenVerifier } from '../../src/platform/keycloak.ts';
import { createLogger } from '../../src/platform/logging.ts';
import { createApiMetrics } from '../../src/platform/metrics.ts';
import type { Storage } from '../../src/platform/storage.ts';
import { openStorage } from '../../src/platform/storage/open.ts';
import { createTemporalClient } from '../../src/platform/temporal-client.ts';
import { requireDocumented } from './documented-routes.ts';
import { userToken } from './tokens.ts';

export interface Call {
  readonly method?: string;
  /** A demo user's name; null: no token. */
  readonly as?: string | null;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly body?: string | Uint8Array<ArrayBuffer> | FormData;
}

export interface CallAnswer {
  readonly status: number;
  readonly headers: Headers;
  // The shape of an answer is what the test is about to state.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface TestApi {
  readonly url: string;
  readonly services: ApiServices;
  readonly config: ApiConfig;
  readonly system: Kysely<Database>;
  call(path: string, call?: Call): Promise<CallAnswer>;
  close(): Promise<void>;
}

export interface TestApiOptions {
  readonly settings?: Partial<AppSettings>;
  readonly services?: Partial<ApiServices>;
  readonly probe?: Probe;
  /** The networks as pages are connected; unless given, none takes anything. */
  readonly desk?: GrantDesk;
  /** How long networks may take; unless given, as long as in earnest. */
  readonly networkTimeoutMs?: number;
  readonly renew?: Renew;
  readonly published?: PublishedPosts;
  /** Sends tests of campaigns; unless given, WhatsApp takes none. */
  readonly sendTest?: TestSender;
  /** WhatsApp as people are answered; unless given, it takes nothing. */
  readonly replies?: ReplyDesk;
  /** What WhatsApp allows a number; unless given, it does not say. */
  readonly askLimits?: AskLimits;
  /** WhatsApp as templates are managed; unless given, it takes nothing. */
  readonly templates?: TemplateDesk;
  /** Instead of the stack's own. */
  readonly storage?: Storage;
  /** Served beside the real ones. */
  readonly moreRoutes?: readonly Route[];
}

const obligingNetworks: PublishedPosts = {
  offers: () => true,
  remove: () => Promise.resolve({ kind: 'done' }),
  edit: () => Promise.resolve({ kind: 'done' }),
};

const noWords = { providerStatus: null, providerCode: null, providerMessage: null };

const noNetworks: GrantDesk = {
  offer: () => null,
  consentUrl: () => null,
  redeem: () => Promise.resolve({ kind: 'refused', ...noWords }),
  admit: () => Promise.resolve({ kind: 'refused', ...noWords }),
};

const refusedTemplate = { kind: 'refused', ...noWords } as const;

const noTemplates: TemplateDesk = {
  submit: () => Promise.resolve(refusedTemplate),
  remove: () => Promise.resolve(refusedTemplate),
  unpause: () => Promise.resolve(refusedTemplate),
  list: () => Promise.resolve(refusedTemplate),
};

/** The API in this process, on a port of its own, with the real Postgres, Temporal and Keycloak of the test stack. */
export async function startApi({
  settings,
  services: replaced,
  probe,
  desk = noNetworks,
  networkTimeoutMs: timeoutMs = networkTimeoutMs,
  renew,
  published,
  sendTest = () => Promise.resolve({ kind: 'refused', code: null }),
  replies = () => Promise.resolve({ kind: 'refused', ...noWords }),
  askLimits = () => Promise.resolve(null),
  templates = noTemplates,
  storage,
  moreRoutes = [],
}: TestApiOptions = {}): Promise<TestApi> {
  const config = readApiConfig(programVariables(testStack()));
  const onError = () => undefined;
  const database = connect(config.database.appUrl, { max: 10, onError, applicationName: 'test-api' });
  const system = connect(config.database.systemUrl, { max: 1, onError, applicationName: 'test-api-system' });
  const { client, connection } = createTemporalClient(config.temporal);
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const services: ApiServices = {
    db: database.db,
    clock: () => Date.now(),
    logger: createLogger({ program: 'test-api', level: 'silent' }),
    tokens: createTokenVerifier({ ...config.keycloak, clock: () => Date.now() }),
    commands: createCommandSender(client),
    stopping: stopping.signal,
    temporalUi:
      config.temporalUiUrl === null ? null : { url: config.temporalUiUrl, namespace: config.temporal.namespace },
    ...replaced,
  };
  const feed = createEventFeed({
    db: services.db,
    listenUrl: config.database.systemUrl,
    clock: services.clock,
    log: services.logger,
  });
  const messages = openMessageIntake({ db: services.db, clock: services.clock, log: services.logger });
  const flow = { desk, masterKeys: config.masterKeys, publicUrl: config.media.publicUrl };
  const app = createApp({
    routes: [
      ...allRoutes({
        ...flow,
        feed,
        probe: probe ?? (() => Promise.resolve({ kind: 'works' })),
        // Tokens of tests cannot be renewed unless the test says so.
        renew: renew ?? (() => Promise.resolve({ kind: 'gone' })),
        published: published ?? obligingNetworks,
        sendTest,
        templates,
        replies,
        askLimits,
        simulated: { facebook: [], instagram: [], linkedin: [] },
        storage: storage ?? openStorage(config.media.store),
        urls: config.media,
      }),
      ...moreRoutes,
    ],
    pages: [
      returnPages({
        ...flow,
        db: services.db,
        clock: services.clock,
        logger: services.logger,
        consoleUrl: 'https://console.test',
        timeoutMs,
      }),
      webhookPages({
        db: services.db,
        clock: services.clock,
        webhooks: grantWebhooks(config.networks.apps),
        messages,
        urlKey: config.media.urlKey,
        publicUrl: config.media.publicUrl,
      }),
    ],
    services,
    settings: {
      corsOrigins: [],
      rateLimits: config.rateLimits,
      strictAnswers: true,
      streams: streamDefaults,
      ...settings,
    },
    metrics: createApiMetrics(),
    readiness: createReadiness({
      database: database.pool,
      system: system.db,
      temporal: { connection, namespace: config.temporal.namespace },
      tokens: services.tokens,
      sendsMail: config.mail !== null,
    }),
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    services,
    config,
    system: system.db,
    call: async (path, call = {}) => {
      const answered = await send(url + path, call);
      requireDocumented(path, call.method ?? 'GET', answered);
      return answered;
    },
    close: async () => {
      stopping.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await feed.stop();
      await messages.stop();
      await Promise.all([database.pool.end(), system.pool.end(), connection.close()]);
    },
  };
}

/**
 * Sends a request as a demo user (an editor unless told otherwise) and reads the answer's JSON, if it is JSON. Of a
 * stream, which does not end, only the head is read: `openEvents` reads all of it.
 */
export async function send(url: string, call: Call): Promise<CallAnswer> {
  const { method = 'GET', as = 'elena.aurora', token, headers, json, body } = call;
  const bearer = token ?? (as === null ? null : await userToken(as));
  const response = await fetch(url, {
    method,
    headers: {
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(json === undefined ? (body === undefined ? {} : { body }) : { body: JSON.stringify(json) }),
    signal: AbortSignal.timeout(30_000),
  });
  if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) {
    await response.body?.cancel();
    return { status: response.status, headers: response.headers, body: '' };
  }
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
}
