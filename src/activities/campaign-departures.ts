import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { returnUndeparted } from '../db/campaign-leases.ts';
import type { Database } from '../db/schema.ts';
import { withTenant } from '../db/tenant.ts';
import type { CampaignId, TenantId } from '../domain/ids.ts';
import type { Clock } from '../platform/clock.ts';
import type { DepartureLogs, ForeignLog } from '../platform/departure-log.ts';

export interface DeparturesDependencies {
  readonly db: Kysely<Database>;
  readonly departures: DepartureLogs;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How long what a killed worker had not sent may have to wait for another one on its machine that is already there. */
const followEveryMs = 5_000;

/**
 * Puts back what killed workers of this machine had marked and not sent: once before it returns, so that a worker that
 * takes the place of another finds these rows in the queue, and then again and again.
 */
export async function followDepartures(dependencies: DeparturesDependencies): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController();
  const { signal } = stopping;
  await followAll(dependencies);
  const following = (async () => {
    for (;;) {
      await sleep(followEveryMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await followAll(dependencies);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await following;
    },
  };
}

/** Never throws: a worker must be able to start without it. */
async function followAll(dependencies: DeparturesDependencies): Promise<void> {
  const { departures, log } = dependencies;
  for (const other of departures.ofOthers()) {
    try {
      const returned = await followLog(other, dependencies);
      if (returned > 0) log.info({ ...other.about, returned }, 'what a killed worker had not sent goes back');
    } catch (error) {
      log.warn({ err: error, ...other.about }, 'what a killed worker had not sent is looked at again later');
    }
  }
}

/** Returns how many rows of the log's claim went back. */
function followLog(
  { about, read }: ForeignLog,
  { db, clock }: Pick<DeparturesDependencies, 'db' | 'clock'>,
): Promise<number> {
  const tenantId = about.tenantId as TenantId;
  const claim = { tenantId, campaignId: about.campaignId as CampaignId, leaseToken: about.leaseToken };
  return withTenant(db, tenantId, (trx) =>
    returnUndeparted(trx, claim, { readDeparted: read, now: new Date(clock()) }),
  );
}
