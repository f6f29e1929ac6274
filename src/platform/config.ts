import { z } from 'zod';

import * as variables from './config-variables.ts';
import type { StorageSettings } from './storage/open.ts';

export { type TaskQueue, taskQueues, variableNames } from './config-variables.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown by the readers below; its message names every wrong or missing variable, one per line, and no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type ApiConfig = ReturnType<typeof readApiConfig>;
export type WorkerConfig = ReturnType<typeof readWorkerConfig>;
export type MigrateConfig = ReturnType<typeof readMigrateConfig>;
export type TemporalSetupConfig = ReturnType<typeof readTemporalSetupConfig>;
export type NetworksConfig = ReturnType<typeof networksOf>;
export type MailConfig = NonNullable<ReturnType<typeof mailOf>>;
export type TemporalConfig = ReturnType<typeof temporalOf>;

/** What the API needs. Throws a ConfigError. */
export function readApiConfig(env: Environment = process.env) {
  const read = parse('api', apiVariables, env);
  return {
    ...commonOf(read),
    database: databaseOf(read),
    temporal: temporalOf(read),
    temporalUiUrl: read.TEMPORAL_UI_URL,
    keycloak: {
      /** The issuer that tokens must carry. */
      realmUrl: read.KEYCLOAK_REALM_URL,
      /** Where this process reaches the realm, when that is not the issuer's own address. */
      internalUrl: read.KEYCLOAK_INTERNAL_URL ?? read.KEYCLOAK_REALM_URL,
      clientId: read.KEYCLOAK_CLIENT_ID,
    },
    http: { host: read.API_HOST, port: read.API_PORT, corsOrigins: read.CORS_ORIGINS ?? [] },
    rateLimits: {
      userPerMinute: read.RATE_LIMIT_USER_PER_MINUTE,
      tenantPerMinute: read.RATE_LIMIT_TENANT_PER_MINUTE,
    },
    media: mediaOf(read),
    masterKeys: read.MASTER_KEY,
    networks: networksOf(read),
    mail: mailOf(read),
    consoleUrl: read.CONSOLE_URL,
  };
}

/** What a worker needs, whichever task queues it serves. Throws a ConfigError. */
export function readWorkerConfig(env: Environment = process.env) {
  const read = parse('worker', workerVariables, env);
  return {
    ...commonOf(read),
    database: databaseOf(read),
    temporal: temporalOf(read),
    deployment: deploymentOf(read),
    taskQueues: read.WORKER_TASK_QUEUES,
    /** How many activities of each task queue may run at once in this process. */
    slots: {
      core: read.WORKER_SLOTS_CORE,
      publish: read.WORKER_SLOTS_PUBLISH,
      campaign: read.WORKER_SLOTS_CAMPAIGN,
      slice: read.WORKER_SLOTS_SLICE,
    },
    /** How many endless processes share the work of each kind of duty. */
    slicesPerDuty: read.SLICES_PER_DUTY,
    /** Where it is noted what has left, for who comes after a kill; null: nowhere. */
    departuresDir: read.DEPARTURES_DIR ?? null,
    health: { host: read.WORKER_HEALTH_HOST, port: read.WORKER_HEALTH_PORT },
    media: mediaOf(read),
    /** After how long a file that no post names is removed. */
    mediaUnusedDays: read.MEDIA_UNUSED_DAYS,
    masterKeys: read.MASTER_KEY,
    networks: networksOf(read),
    mail: mailOf(read),
    consoleUrl: read.CONSOLE_URL,
  };
}

/** What the migrations need: the owner's address, and the two roles they create (passwords included). Throws a ConfigError. */
export function readMigrateConfig(env: Environment = process.env) {
  const read = parse('migrate', migrateVariables, env);
  return {
    ...commonOf(read),
    database: {
      ownerUrl: read.DATABASE_OWNER_URL,
      appUrl: read.DATABASE_APP_URL,
      systemUrl: read.DATABASE_SYSTEM_URL,
    },
  };
}

/** What the rotation of the master key needs: both roles of the database, and the keys. Throws a ConfigError. */
export function readRotationConfig(env: Environment = process.env) {
  const read = parse('rotation', rotationVariables, env);
  return {
    ...commonOf(read),
    database: { appUrl: read.DATABASE_APP_URL, systemUrl: read.DATABASE_SYSTEM_URL },
    masterKeys: read.MASTER_KEY,
  };
}

/** What the set-up of the Temporal namespace needs. Throws a ConfigError. */
export function readTemporalSetupConfig(env: Environment = process.env) {
  const read = parse('temporal set-up', temporalSetupVariables, env);
  return { ...commonOf(read), temporal: temporalOf(read), deployment: deploymentOf(read) };
}

const apiVariables = z.object({
  ...variables.common,
  ...variables.databaseRoles,
  ...variables.databasePool,
  ...variables.temporal,
  ...variables.temporalUi,
  ...variables.keycloak,
  ...variables.http,
  ...variables.media,
  ...variables.secrets,
  ...variables.networks,
  ...variables.networkApps,
  ...variables.mail,
});

const workerVariables = z.object({
  ...variables.common,
  ...variables.databaseRoles,
  ...variables.databasePool,
  ...variables.temporal,
  ...variables.deployment,
  ...variables.worker,
  ...variables.media,
  ...variables.mediaSweep,
  ...variables.secrets,
  ...variables.networks,
  ...variables.networkApps,
  ...variables.mail,
});

const migrateVariables = z.object({
  ...variables.common,
  ...variables.databaseOwner,
  ...variables.databaseRoles,
});

const rotationVariables = z.object({
  ...variables.common,
  ...variables.databaseRoles,
  ...variables.secrets,
});

const temporalSetupVariables = z.object({
  ...variables.common,
  ...variables.temporal,
  ...variables.deployment,
});

/** Reads the variables, an empty one counting as missing. */
function parse<T extends z.ZodObject>(program: string, schema: T, env: Environment): z.output<T> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(present);
  const complaints = parsed.success
    ? [...productionComplaints(parsed.data), ...mediaComplaints(parsed.data), ...mailComplaints(parsed.data)]
    : parsed.error.issues.map((issue) => `  ${issue.path.join('.')} ${issue.message}`);
  if (parsed.success && complaints.length === 0) return parsed.data;
  throw new ConfigError(
    `The ${program} cannot start: its environment is not complete (.env.example explains each variable).\n${complaints.join('\n')}`,
  );
}

/** What development may do and production may not. */
function productionComplaints(read: Readonly<Record<string, unknown>>): string[] {
  if (read['CHORALLY_ENV'] !== 'production') return [];
  return read['ALLOW_PRIVATE_NETWORK_TARGETS'] === true
    ? ['  ALLOW_PRIVATE_NETWORK_TARGETS must not be true in production']
    : [];
}

/** Which variables the store needs depends on its kind. */
function mediaComplaints(read: Readonly<Record<string, unknown>>): string[] {
  const kind = read['MEDIA_STORE'];
  if (kind !== 'folder' && kind !== 's3') return [];
  const missing = variables.mediaStoreNeeds[kind].filter((name) => read[name] === null);
  return missing.map((name) => `  ${name} is missing, which MEDIA_STORE=${kind} needs`);
}

/** A server is of no use without a sender. */
function mailComplaints(read: Readonly<Record<string, unknown>>): string[] {
  return typeof read['SMTP_URL'] === 'string' && typeof read['MAIL_FROM'] !== 'string'
    ? ['  MAIL_FROM is missing, which SMTP_URL needs']
    : [];
}

type Read<T extends z.ZodRawShape> = z.output<z.ZodObject<T>>;

const commonOf = (read: Read<typeof variables.common>) => ({
  production: read.CHORALLY_ENV === 'production',
  logLevel: read.LOG_LEVEL,
});

const databaseOf = (read: Read<typeof variables.databaseRoles & typeof variables.databasePool>) => ({
  appUrl: read.DATABASE_APP_URL,
  systemUrl: read.DATABASE_SYSTEM_URL,
  poolMax: read.DATABASE_POOL_MAX,
});

const temporalOf = (read: Read<typeof variables.temporal>) => ({
  address: read.TEMPORAL_ADDRESS,
  namespace: read.TEMPORAL_NAMESPACE,
  tls: read.TEMPORAL_TLS,
  apiKey: read.TEMPORAL_API_KEY,
});

const deploymentOf = (read: Read<typeof variables.deployment>) => ({
  name: read.WORKER_DEPLOYMENT_NAME,
  buildId: read.WORKER_BUILD_ID,
});

const mediaOf = (read: Read<typeof variables.media>) => ({
  /** Base of the signed addresses from which networks fetch media. */
  publicUrl: read.PUBLIC_URL,
  urlKey: read.MEDIA_URL_KEY,
  store: storeOf(read),
});

/** `mediaComplaints` has made sure that nothing of it is missing. */
const storeOf = (read: Read<typeof variables.media>): StorageSettings =>
  read.MEDIA_STORE === 'folder'
    ? { kind: 'folder', directory: read.MEDIA_DIR ?? '' }
    : {
        kind: 's3',
        endpoint: read.S3_ENDPOINT,
        region: read.S3_REGION ?? '',
        bucket: read.S3_BUCKET ?? '',
        accessKeyId: read.S3_ACCESS_KEY_ID ?? '',
        secretAccessKey: read.S3_SECRET_ACCESS_KEY ?? '',
        forcePathStyle: read.S3_FORCE_PATH_STYLE,
      };

/** Null: nothing is sent, and e-mails wait. */
const mailOf = ({ SMTP_URL: smtpUrl, MAIL_FROM: from }: Read<typeof variables.mail>) =>
  smtpUrl === null || from === null ? null : { smtpUrl, from };

const networksOf = (read: Read<typeof variables.networks & typeof variables.networkApps>) => ({
  urls: {
    facebook: read.FACEBOOK_GRAPH_URL,
    instagram: read.INSTAGRAM_GRAPH_URL,
    instagram_login: read.INSTAGRAM_LOGIN_URL,
    whatsapp: read.WHATSAPP_GRAPH_URL,
    linkedin: read.LINKEDIN_API_URL,
    x: read.X_API_URL,
    telegram: read.TELEGRAM_API_URL,
    youtube: read.YOUTUBE_API_URL,
    google_business: read.GOOGLE_BUSINESS_API_URL,
    google_play: read.GOOGLE_PLAY_API_URL,
    app_store: read.APP_STORE_API_URL,
    gmail: read.GMAIL_API_URL,
    microsoft_mail: read.MICROSOFT_GRAPH_URL,
  },
  apps: {
    meta: {
      id: read.FACEBOOK_APP_ID,
      secret: read.FACEBOOK_APP_SECRET,
      graphVersion: read.META_GRAPH_VERSION,
      /** Which of the app's Embedded Signup flows connects WhatsApp numbers. */
      whatsappConfigId: read.WHATSAPP_CONFIG_ID,
      webhookVerifyToken: read.META_WEBHOOK_VERIFY_TOKEN,
    },
    instagram: { id: read.INSTAGRAM_APP_ID, secret: read.INSTAGRAM_APP_SECRET },
    linkedin: { id: read.LINKEDIN_CLIENT_ID, secret: read.LINKEDIN_CLIENT_SECRET, version: read.LINKEDIN_VERSION },
    x: {
      id: read.X_CLIENT_ID,
      secret: read.X_CLIENT_SECRET,
      /** Signs X's webhooks; the app's own token subscribes to them. */
      consumerSecret: read.X_CONSUMER_SECRET,
      appToken: read.X_APP_TOKEN,
    },
    google: {
      id: read.GOOGLE_CLIENT_ID,
      secret: read.GOOGLE_CLIENT_SECRET,
      /** The Pub/Sub topic on which Gmail tells of new mail. */
      mailTopic: read.GOOGLE_MAIL_TOPIC,
    },
    microsoft: {
      id: read.MICROSOFT_CLIENT_ID,
      secret: read.MICROSOFT_CLIENT_SECRET,
      /** Whose accounts may consent: a directory's id, or `organizations` for any. */
      directory: read.MICROSOFT_DIRECTORY,
    },
  },
  /** Messages a second of a WhatsApp number whose throughput is `HIGH`: a thousand, unless Meta has agreed on more. */
  whatsappHighPerSecond: read.WHATSAPP_HIGH_PER_SECOND,
  allowPrivateTargets: read.ALLOW_PRIVATE_NETWORK_TARGETS,
});
