import type { RelayDependencies } from './relay.ts';
import { sweepMails } from '../db/notification-mail.ts';
import { expireAuthorizations } from '../db/connection-authorization.ts';
import { sweepAuthorizations, sweepIdempotencyKeys, sweepOutbox } from '../db/sweeps.ts';
import { selectTenantIds } from '../db/media-sweep.ts';
import { syncDueTemplates, type TemplateSync } from './sync-templates.ts';
import { type MediaSweep, sweepMedia } from './sweep-media.ts';
import { type ReachSweep, sweepReach } from './sweep-reach.ts';

const sweepEveryMs = 10 * 60_000;
/** A grant that nobody chose pages for is not kept longer than it has to be. */
const expireEveryMs = 60_000;
/** An account is read when it is due: every ten minutes, or when something has been heard of it. */
const lookForSyncsEveryMs = 20_000;
const sweepMediaEveryMs = 60 * 60_000;
const sweepReachEveryMs = 60 * 60_000;

export type SweepDependencies = Pick<RelayDependencies, 'system' | 'clock' | 'log'> & {
  readonly media: Omit<MediaSweep, 'tenants' | 'log'>;
  readonly templates: Omit<TemplateSync, 'tenants' | 'log' | 'clock'>;
  readonly reach: Omit<ReachSweep, 'tenants' | 'log'>;
};

/**
 * Removes what has served its time: answers kept for repeats, messages that were delivered, e-mails,
 * media that nobody needs, authorizations that came to nothing, whom portfolios have reached more than a day ago. Reads the
 * templates of WhatsApp accounts that are due.
 */
export function startSweeps(dependencies: SweepDependencies): { stop(): Promise<void> } {
  const { system, clock, log, media, templates, reach } = dependencies;
  const now = () => new Date(clock());
  const tenants = () => selectTenantIds(system);
  const sweeps = [
    repeat(sweepEveryMs, async () => ({
      keys: await sweepIdempotencyKeys(system, now()),
      messages: await sweepOutbox(system, now()),
      mails: await sweepSentMails(),
      authorizations: await sweepAuthorizations(system, now()),
    })),
    repeat(expireEveryMs, async () => ({ expiredAuthorizations: await expireAuthorizations(system, now()) })),
    repeat(lookForSyncsEveryMs, () => syncDueTemplates({ ...templates, clock, log, tenants })),
    repeat(sweepMediaEveryMs, () => sweepMedia({ ...media, tenants, log }, now())),
    repeat(sweepReachEveryMs, () => sweepReach({ ...reach, tenants, log }, now())),
  ];
  return { stop: async () => void (await Promise.all(sweeps.map((sweep) => sweep.stop()))) };

  async function sweepSentMails(): Promise<object> {
    const mails = await sweepMails(system, now());
    if (mails.expired > 0) log.warn({ expired: mails.expired }, 'e-mails could not be sent for days and were given up');
    return mails;
  }

  function repeat(everyMs: number, doSome: () => Promise<object>): { stop(): Promise<void> } {
    let running = sweep();
    const timer = setInterval(() => (running = sweep()), everyMs);
    return {
      async stop() {
        clearInterval(timer);
        await running;
      },
    };

    async function sweep(): Promise<void> {
      try {
        log.debug(await doSome(), 'swept');
      } catch (error) {
        log.warn({ err: error }, 'a sweep failed; the next one makes up for it');
      }
    }
  }
}
