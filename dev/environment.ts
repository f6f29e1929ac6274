import { join } from 'node:path';

import { variableNames } from '../src/platform/config.ts';
import { seedApp } from '../simulators/seed.ts';
import { ownVariables } from './own-servers.ts';
import { stackSecrets } from './secrets.ts';
import type { Stack } from './stack.ts';

export const temporalNamespace = 'chorally';

/** The variables of src/platform/config.ts for the programs of a stack; what the user has set wins. */
export function programVariables(stack: Stack): Record<string, string> {
  const { ports, runDir } = stack;
  const secrets = stackSecrets(stack);
  const own = ownVariables(stack);
  const database = (role: string, password: string) =>
    `postgres://${role}:${password}@127.0.0.1:${ports.postgres}/chorally`;
  return {
    CHORALLY_ENV: 'development',
    LOG_LEVEL: 'info',
    DATABASE_OWNER_URL: database('chorally_owner', secrets.ownerPassword),
    DATABASE_APP_URL: database('chorally_app', secrets.appPassword),
    DATABASE_SYSTEM_URL: database('chorally_system', secrets.systemPassword),
    TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
    TEMPORAL_NAMESPACE: temporalNamespace,
    TEMPORAL_UI_URL: `http://localhost:${ports.temporalUi}`,
    WORKER_DEPLOYMENT_NAME: 'chorally',
    WORKER_BUILD_ID: 'development',
    WORKER_HEALTH_PORT: String(ports.workerHealth),
    KEYCLOAK_REALM_URL: `http://localhost:${ports.keycloak}/realms/chorally`,
    API_PORT: String(ports.api),
    RATE_LIMIT_USER_PER_MINUTE: '60000',
    RATE_LIMIT_TENANT_PER_MINUTE: '120000',
    PUBLIC_URL: `http://localhost:${ports.api}`,
    MEDIA_DIR: join(runDir, 'media'),
    DEPARTURES_DIR: join(runDir, 'departures'),
    MEDIA_URL_KEY: secrets.mediaUrlKey,
    MASTER_KEY: secrets.masterKey,
    FACEBOOK_GRAPH_URL: `http://localhost:${ports.graph}`,
    INSTAGRAM_GRAPH_URL: `http://localhost:${ports.graph}`,
    LINKEDIN_API_URL: `http://localhost:${ports.linkedin}`,
    INSTAGRAM_LOGIN_URL: `http://localhost:${ports.graph}`,
    WHATSAPP_GRAPH_URL: `http://localhost:${ports.graph}`,
    X_API_URL: `http://localhost:${ports.x}`,
    TELEGRAM_API_URL: `http://localhost:${ports.telegram}`,
    YOUTUBE_API_URL: `http://localhost:${ports.google}`,
    GOOGLE_BUSINESS_API_URL: `http://localhost:${ports.google}`,
    GOOGLE_PLAY_API_URL: `http://localhost:${ports.google}`,
    APP_STORE_API_URL: `http://localhost:${ports.apple}`,
    GMAIL_API_URL: `http://localhost:${ports.google}`,
    MICROSOFT_GRAPH_URL: `http://localhost:${ports.microsoft}`,
    ...appVariables,
    ALLOW_PRIVATE_NETWORK_TARGETS: 'true',
    SMTP_URL: `smtp://localhost:${ports.smtp}`,
    MAIL_FROM: 'Chorally <no-reply@chorally.test>',
    ...own,
    // Of a Temporal server of one's own we do not know where its UI is.
    ...(own['TEMPORAL_ADDRESS'] !== undefined && own['TEMPORAL_UI_URL'] === undefined ? { TEMPORAL_UI_URL: '' } : {}),
  };
}

/** What a program of the stack is started with: the caller's PATH and home, and the stack's variables. */
export function programEnvironment(stack: Stack): NodeJS.ProcessEnv {
  const callers = Object.entries(process.env).filter(([name]) => !variableNames.includes(name));
  return {
    ...Object.fromEntries(callers),
    CHORALLY_PORT_BASE: String(stack.ports.api),
    CHORALLY_RUN_DIR: stack.runDir,
    ...programVariables(stack),
  };
}

/** The development apps, which only the simulators know. */
const appVariables = {
  FACEBOOK_APP_ID: seedApp.meta.clientId,
  FACEBOOK_APP_SECRET: seedApp.meta.clientSecret,
  INSTAGRAM_APP_ID: seedApp.instagram.clientId,
  INSTAGRAM_APP_SECRET: seedApp.instagram.clientSecret,
  WHATSAPP_CONFIG_ID: seedApp.whatsapp.configId,
  META_WEBHOOK_VERIFY_TOKEN: seedApp.metaWebhooks.verifyToken,
  LINKEDIN_CLIENT_ID: seedApp.linkedin.clientId,
  LINKEDIN_CLIENT_SECRET: seedApp.linkedin.clientSecret,
  X_CLIENT_ID: seedApp.x.clientId,
  X_CLIENT_SECRET: seedApp.x.clientSecret,
  X_CONSUMER_SECRET: seedApp.x.consumerSecret,
  X_APP_TOKEN: seedApp.x.appToken,
  GOOGLE_CLIENT_ID: seedApp.google.clientId,
  GOOGLE_CLIENT_SECRET: seedApp.google.clientSecret,
  GOOGLE_MAIL_TOPIC: seedApp.google.mailTopic,
  MICROSOFT_CLIENT_ID: seedApp.microsoft.clientId,
  MICROSOFT_CLIENT_SECRET: seedApp.microsoft.clientSecret,
} as const;
