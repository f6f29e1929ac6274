import type { Connection } from '@temporalio/client';
import type { Kysely } from 'kysely';
import { countStuckMails } from '../db/notification-mail.ts';
import { countStuck } from '../db/outbox.ts';
import type { Database } from '../db/schema.ts';
import type { TokenVerifier } from '../platform/keycloak.ts';
import { checkTemporal } from '../platform/temporal-client.ts';
import type { PartHealth, Readiness } from './pages/health.ts';

export interface ReadinessParts {
  readonly database: { query(text: string): Promise<unknown> };
  /** As `chorally_system`, which may look at the outbox of every tenant. */
  readonly system: Kysely<Database>;
  readonly temporal: { readonly connection: Connection; readonly namespace: string };
  readonly tokens: TokenVerifier;
  /** Whether there is a mail server to send notifications through. */
  readonly sendsMail: boolean;
}

const timeoutMs = 3_000;
/** After so many failed deliveries somebody should look. */
const stuckAfterAttempts = 5;

/** Asks every part at once. Stuck messages and e-mails degrade: other requests are served all the same. */
export function createReadiness({ database, system, temporal, tokens, sendsMail }: ReadinessParts): Readiness {
  return async () => {
    const [postgres, temporalServer, keycloak, outbox, mail] = await Promise.all([
      answers(database.query('select 1')),
      answers(checkTemporal(temporal.connection, temporal.namespace, timeoutMs)),
      answers(tokens.checkKeys()),
      outboxHealth(system),
      mailHealth(system, sendsMail),
    ]);
    return { database: postgres, temporal: temporalServer, keycloak, outbox, mail };
  };
}

async function answers(question: Promise<unknown>): Promise<PartHealth> {
  try {
    await withTimeout(question);
    return { status: 'up' };
  } catch (error) {
    return { status: 'down', note: error instanceof Error ? error.name : 'no answer' };
  }
}

async function outboxHealth(system: Kysely<Database>): Promise<PartHealth> {
  try {
    const stuck = await withTimeout(countStuck(system, stuckAfterAttempts));
    return stuck === 0 ? { status: 'up' } : { status: 'degraded', note: `${stuck} messages cannot be delivered` };
  } catch {
    return { status: 'degraded', note: 'cannot be read' };
  }
}

async function mailHealth(system: Kysely<Database>, sendsMail: boolean): Promise<PartHealth> {
  if (!sendsMail) return { status: 'degraded', note: 'no mail server is configured' };
  try {
    const stuck = await withTimeout(countStuckMails(system, stuckAfterAttempts));
    return stuck === 0 ? { status: 'up' } : { status: 'degraded', note: `${stuck} e-mails cannot be sent` };
  } catch {
    return { status: 'degraded', note: 'cannot be read' };
  }
}

async function withTimeout<T>(question: Promise<T>): Promise<T> {
  const timeout = new AbortController();
  const expired = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer in time')), timeoutMs);
    timeout.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  try {
    return await Promise.race([question, expired]);
  } finally {
    timeout.abort();
  }
}
