import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import {
  claimMails,
  type Letter,
  postponeMail,
  type QueuedMail,
  selectLetter,
  settleMail,
} from '../db/notification-mail.ts';
import type { Database } from '../db/schema.ts';
import { readTenant } from '../db/tenant.ts';
import { mailLifetimeMs, mailWaitMs } from '../domain/notification.ts';
import { notificationMail } from '../messages/notification.ts';
import { speakerFor } from '../messages/speaker.ts';
import type { Clock } from '../platform/clock.ts';
import type { Mail, MailAnswer, Mailer } from '../platform/mailer.ts';
import { type QueueLoop, startQueueLoop } from './queue-loop.ts';

export interface MailRelayDependencies {
  /** As `chorally_system`: claims, and learns nothing of whom a mail is for. */
  readonly system: Kysely<Database>;
  readonly systemUrl: string;
  /** As `chorally_app`: reads, inside of the tenant, what a mail says. */
  readonly db: Kysely<Database>;
  readonly mailer: Mailer;
  /** Where a console shows posts and connections; null: mails carry no link. */
  readonly consoleUrl: string | null;
  readonly clock: Clock;
  readonly log: Logger;
  /** Hears what came of every try. */
  readonly onAnswer: (outcome: string) => void;
}

const batch = 20;
/** All mails of a claim are done, or broken off, well before their lease ends: nobody else sends them meanwhile. */
const patienceMs = 60_000;
const leaseMs = 2 * patienceMs;
/** What a server that has fallen silent may take of a worker's time to stop. */
const farewellMs = 10_000;

/**
 * Sends notifications by e-mail. Any number of relays may run. A mail is marked after the server has taken it: if the
 * process dies in between it is sent once more, under the same `Message-ID`, by which mail programs drop the copy.
 */
export function startMailRelay(dependencies: MailRelayDependencies): QueueLoop {
  const { systemUrl, log } = dependencies;
  const breakOff = new AbortController();
  const round = () => sendDue(dependencies, breakOff.signal);
  const loop = startQueueLoop({ systemUrl, channel: 'notification_mail', batch, round, log });
  return {
    async stop() {
      const timer = setTimeout(() => breakOff.abort(), farewellMs);
      await loop.stop();
      clearTimeout(timer);
    },
  };
}

/** One claim and its e-mails, until `stopped`. Returns how many were claimed. */
export async function sendDue(
  dependencies: MailRelayDependencies,
  stopped: AbortSignal = new AbortController().signal,
): Promise<number> {
  const { system, clock, log } = dependencies;
  try {
    const claimed = await claimMails(system, { now: new Date(clock()), leaseMs, limit: batch });
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(patienceMs)]);
    await Promise.all(claimed.map((mail) => attempt(dependencies, mail, signal)));
    return claimed.length;
  } catch (error) {
    log.warn({ err: error }, 'the queue of e-mails cannot be worked; it is tried again');
    return 0;
  }
}

/** Never throws: a mail whose try broke off stays claimed until its lease ends. */
async function attempt(dependencies: MailRelayDependencies, queued: QueuedMail, signal: AbortSignal): Promise<void> {
  try {
    await bring(dependencies, queued, signal);
  } catch (error) {
    const { notificationId, attempts } = queued;
    dependencies.log.warn({ err: error, notificationId, attempts }, 'trying to send an e-mail broke off');
  }
}

async function bring(dependencies: MailRelayDependencies, queued: QueuedMail, signal: AbortSignal): Promise<void> {
  const { system, clock, log, onAnswer } = dependencies;
  const { notificationId, attempts } = queued;
  const result = await tried(dependencies, queued, signal);
  const now = new Date(clock());
  onAnswer(result.kind);
  if (result.kind !== 'failed') {
    await settleMail(system, queued, { outcome: result.kind, code: 'code' in result ? result.code : null, now });
    return;
  }
  log.warn({ notificationId, code: result.code, attempts }, 'an e-mail could not be sent yet');
  await postponeMail(system, queued, { code: result.code, until: new Date(now.getTime() + mailWaitMs(attempts)) });
}

async function tried(
  { db, mailer, consoleUrl, clock }: MailRelayDependencies,
  { tenantId, notificationId, createdAt }: QueuedMail,
  signal: AbortSignal,
): Promise<MailAnswer | { kind: 'skipped' | 'expired' }> {
  if (clock() - createdAt.getTime() >= mailLifetimeMs) return { kind: 'expired' };
  const letter = await readTenant(db, tenantId, (trx) => selectLetter(trx, notificationId));
  if (letter === null) return { kind: 'skipped' };
  return mailer.send(composed(letter, { id: notificationId, consoleUrl, now: new Date(clock()) }), signal);
}

function composed(
  { subject, recipient, locales, timeZone, tenant, notice }: Letter,
  { id, consoleUrl, now }: { id: string; consoleUrl: string | null; now: Date },
): Mail {
  const speaker = speakerFor(locales, timeZone);
  const link = consoleUrl === null ? null : `${consoleUrl}/${subject.kind}s/${subject.id}`;
  return {
    id: `notification-${id}`,
    thread: `${subject.kind}-${subject.id}`,
    to: recipient,
    language: speaker.locale,
    ...notificationMail(speaker, notice, { recipient: recipient.name, tenant, link, now }),
  };
}
