import type { Kysely } from 'kysely';
import { progressEveryMs, tellProgress } from '../../db/campaign-progress.ts';
import type { Database } from '../../db/schema.ts';
import { withTenant } from '../../db/tenant.ts';
import type { CampaignId, TenantId } from '../../domain/ids.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logging.ts';

/** Tells of campaigns in which something has changed, without telling of every change. */
export interface ProgressTeller {
  progressed(tenantId: TenantId, campaignId: CampaignId): void;
  /** Tells what is left to tell, as far as it may be told yet. */
  stop(): Promise<void>;
}

/**
 * Every second, each campaign that has changed since is told of, unless another process has just done so: then it stays
 * to be told, so that the last change of all is never left out.
 */
export function progressTeller({
  db,
  clock,
  log,
}: {
  db: Kysely<Database>;
  clock: Clock;
  log: Logger;
}): ProgressTeller {
  const changed = new Map<CampaignId, TenantId>();
  let telling = Promise.resolve();
  const timer = setInterval(() => (telling = telling.then(tellAll)), progressEveryMs);

  return {
    progressed: (tenantId, campaignId) => void changed.set(campaignId, tenantId),
    async stop() {
      clearInterval(timer);
      await telling;
      await tellAll();
    },
  };

  async function tellAll(): Promise<void> {
    const due = [...changed];
    changed.clear();
    for (const [campaignId, tenantId] of due) {
      try {
        const told = await withTenant(db, tenantId, (trx) => tellProgress(trx, { tenantId, campaignId, clock }));
        if (!told) changed.set(campaignId, tenantId);
      } catch (error) {
        log.warn({ err: error, tenantId, campaignId }, 'the progress of a campaign could not be told; once more soon');
        changed.set(campaignId, tenantId);
      }
    }
  }
}
