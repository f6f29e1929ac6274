import { z } from 'zod';

/** What every variable shares: present and not blank. */
const required = z.string({ error: 'is missing' }).trim().min(1, 'is missing');

const url = (...protocols: readonly string[]) =>
  required.refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    error: `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

const httpUrl = url('http:', 'https:').transform((value) => value.replace(/\/+$/, ''));
const postgresUrl = url('postgres:', 'postgresql:');
const optional = <T extends z.ZodType>(schema: T) => schema.optional().transform((value) => value ?? null);

const integer = (min: number, max: number) =>
  required
    .refine((value) => /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number);

const list = required.transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const flag = z.enum(['true', 'false'], { error: 'must be true or false' }).transform((value) => value === 'true');

const masterKeyPattern = /^\d{1,4}:[A-Za-z0-9+/]{43}=$/;

/** `version:base64` of 32 bytes, comma separated; the first seals, all of them open (key rotation). */
const masterKeys = list
  .refine((keys) => keys.length > 0 && keys.every((key) => masterKeyPattern.test(key)), {
    error: 'must be <version>:<base64 of 32 bytes>, several separated by commas (openssl rand -base64 32)',
  })
  .transform((keys) =>
    keys.map((key) => {
      const colon = key.indexOf(':');
      return { version: Number(key.slice(0, colon)), bytes: Buffer.from(key.slice(colon + 1), 'base64') };
    }),
  );

const hmacKey = required.min(32, 'must have at least 32 characters');

export const taskQueues = ['core', 'publish', 'campaign', 'slice'] as const;
export type TaskQueue = (typeof taskQueues)[number];

const taskQueueList = list
  .refine((names) => names.length > 0 && names.every((name) => taskQueues.some((queue) => queue === name)), {
    error: `must name task queues out of ${taskQueues.join(', ')}, separated by commas`,
  })
  .transform((names) => taskQueues.filter((queue) => names.includes(queue)));

export const common = {
  CHORALLY_ENV: z
    .enum(['production', 'development'], { error: 'must be production or development' })
    .default('production'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], { error: 'must be a level that pino knows' })
    .default('info'),
};

export const databaseOwner = { DATABASE_OWNER_URL: postgresUrl };

export const databaseRoles = { DATABASE_APP_URL: postgresUrl, DATABASE_SYSTEM_URL: postgresUrl };

export const databasePool = { DATABASE_POOL_MAX: integer(1, 1_000).default(20) };

export const temporal = {
  TEMPORAL_ADDRESS: required.regex(/^[^:/\s]+:\d+$/, 'must be host:port'),
  TEMPORAL_NAMESPACE: required.default('chorally'),
  TEMPORAL_TLS: flag.default(false),
  TEMPORAL_API_KEY: optional(required),
};

export const temporalUi = { TEMPORAL_UI_URL: optional(httpUrl) };

export const deployment = {
  WORKER_DEPLOYMENT_NAME: required.default('chorally'),
  WORKER_BUILD_ID: required,
};

export const keycloak = {
  KEYCLOAK_REALM_URL: httpUrl,
  KEYCLOAK_INTERNAL_URL: optional(httpUrl),
  KEYCLOAK_CLIENT_ID: required.default('chorally-api'),
};

export const http = {
  API_HOST: required.default('127.0.0.1'),
  API_PORT: integer(0, 65_535).default(7300),
  CORS_ORIGINS: optional(list),
  RATE_LIMIT_USER_PER_MINUTE: integer(1, 10_000_000).default(600),
  RATE_LIMIT_TENANT_PER_MINUTE: integer(1, 10_000_000).default(6_000),
};

export const media = {
  PUBLIC_URL: httpUrl,
  MEDIA_URL_KEY: hmacKey,
  MEDIA_STORE: z.enum(['folder', 's3'], { error: 'must be folder or s3' }).default('folder'),
  MEDIA_DIR: optional(required),
  S3_ENDPOINT: optional(httpUrl),
  S3_REGION: optional(required),
  S3_BUCKET: optional(required),
  S3_ACCESS_KEY_ID: optional(required),
  S3_SECRET_ACCESS_KEY: optional(required),
  S3_FORCE_PATH_STYLE: flag.default(false),
};

/** What each kind of store cannot do without. */
export const mediaStoreNeeds = {
  folder: ['MEDIA_DIR'],
  s3: ['S3_REGION', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'],
} as const satisfies Record<string, readonly (keyof typeof media)[]>;

export const mediaSweep = { MEDIA_UNUSED_DAYS: integer(1, 36_500).default(30) };

export const secrets = { MASTER_KEY: masterKeys };

export const networks = {
  FACEBOOK_GRAPH_URL: httpUrl.default('https://graph.facebook.com'),
  INSTAGRAM_GRAPH_URL: httpUrl.default('https://graph.facebook.com'),
  INSTAGRAM_LOGIN_URL: httpUrl.default('https://graph.instagram.com'),
  WHATSAPP_GRAPH_URL: httpUrl.default('https://graph.facebook.com'),
  LINKEDIN_API_URL: httpUrl.default('https://api.linkedin.com'),
  X_API_URL: httpUrl.default('https://api.x.com'),
  TELEGRAM_API_URL: httpUrl.default('https://api.telegram.org'),
  YOUTUBE_API_URL: httpUrl.default('https://youtube.googleapis.com'),
  GOOGLE_BUSINESS_API_URL: httpUrl.default('https://mybusiness.googleapis.com'),
  GOOGLE_PLAY_API_URL: httpUrl.default('https://androidpublisher.googleapis.com'),
  APP_STORE_API_URL: httpUrl.default('https://api.appstoreconnect.apple.com'),
  GMAIL_API_URL: httpUrl.default('https://gmail.googleapis.com'),
  MICROSOFT_GRAPH_URL: httpUrl.default('https://graph.microsoft.com'),
  META_GRAPH_VERSION: required.regex(/^v\d+\.\d+$/, 'must look like v26.0').default('v26.0'),
  WHATSAPP_HIGH_PER_SECOND: integer(80, 100_000).default(1_000),
  LINKEDIN_VERSION: required.regex(/^\d{6}$/, 'must look like 202607 (year and month)').default('202607'),
  ALLOW_PRIVATE_NETWORK_TARGETS: flag.default(false),
};

/** The apps that the networks know us by. A network without its app cannot be connected, and says so. */
export const networkApps = {
  FACEBOOK_APP_ID: optional(required),
  FACEBOOK_APP_SECRET: optional(required),
  INSTAGRAM_APP_ID: optional(required),
  INSTAGRAM_APP_SECRET: optional(required),
  WHATSAPP_CONFIG_ID: optional(required),
  META_WEBHOOK_VERIFY_TOKEN: optional(required),
  LINKEDIN_CLIENT_ID: optional(required),
  LINKEDIN_CLIENT_SECRET: optional(required),
  X_CLIENT_ID: optional(required),
  X_CLIENT_SECRET: optional(required),
  X_CONSUMER_SECRET: optional(required),
  X_APP_TOKEN: optional(required),
  GOOGLE_CLIENT_ID: optional(required),
  GOOGLE_CLIENT_SECRET: optional(required),
  GOOGLE_MAIL_TOPIC: optional(
    required.regex(/^projects\/[^/\s]+\/topics\/[^/\s]+$/, 'must look like projects/my-project/topics/gmail'),
  ),
  MICROSOFT_CLIENT_ID: optional(required),
  MICROSOFT_CLIENT_SECRET: optional(required),
  MICROSOFT_DIRECTORY: required
    .regex(/^[\w.-]+$/, 'must be a directory id, organizations or common')
    .default('organizations'),
};

export const mail = {
  SMTP_URL: optional(url('smtp:', 'smtps:')),
  MAIL_FROM: optional(
    required.regex(
      /^(?:[^<>"\r\n]{1,100} )?<[^\s<>@]+@[^\s<>@]+>$|^[^\s<>@]+@[^\s<>@]+$/,
      'must be an address, or a name and an address: Chorally <no-reply@example.com>',
    ),
  ),
  CONSOLE_URL: optional(httpUrl),
};

export const worker = {
  WORKER_TASK_QUEUES: taskQueueList.default([...taskQueues]),
  WORKER_SLOTS_CORE: integer(1, 100_000).default(200),
  WORKER_SLOTS_PUBLISH: integer(1, 100_000).default(1_500),
  WORKER_SLOTS_CAMPAIGN: integer(1, 100_000).default(100),
  WORKER_SLOTS_SLICE: integer(1, 100_000).default(20),
  SLICES_PER_DUTY: integer(1, 100).default(1),
  DEPARTURES_DIR: optional(required),
  WORKER_HEALTH_HOST: required.default('127.0.0.1'),
  WORKER_HEALTH_PORT: integer(0, 65_535).default(7340),
};

const everyVariable = {
  ...common,
  ...databaseOwner,
  ...databaseRoles,
  ...databasePool,
  ...temporal,
  ...temporalUi,
  ...deployment,
  ...keycloak,
  ...http,
  ...media,
  ...mediaSweep,
  ...secrets,
  ...networks,
  ...networkApps,
  ...mail,
  ...worker,
};

/** The name of every variable that any program reads; `.env.example` is held against it. */
export const variableNames: readonly string[] = Object.keys(everyVariable);
