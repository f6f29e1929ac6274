import type { Kysely } from 'kysely';
import { forgetPastReach } from '../db/portfolio-reach.ts';
import type { Database } from '../db/schema.ts';
import { withTenant } from '../db/tenant.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Logger } from '../platform/logging.ts';

export interface ReachSweep {
  /** Which tenants there are. */
  tenants(): Promise<readonly TenantId[]>;
  /** As `chorally_app`, within one tenant at a time. */
  readonly db: Kysely<Database>;
  readonly log: Logger;
}

/** A campaign leaves hundreds of thousands: in pieces no transaction is long. */
const chunk = 5_000;

/** Forgets whom portfolios have reached so long ago that it counts no more. Any number of sweeps may run at once. */
export async function sweepReach(sweep: ReachSweep, now: Date): Promise<{ readonly reached: number }> {
  let reached = 0;
  for (const tenantId of await sweep.tenants()) {
    try {
      reached += await sweepTenant(sweep, tenantId, now);
    } catch (error) {
      sweep.log.warn({ err: error, tenantId }, 'the reach of a tenant could not be swept; the next sweep tries again');
    }
  }
  return { reached };
}

async function sweepTenant({ db }: ReachSweep, tenantId: TenantId, now: Date): Promise<number> {
  let reached = 0;
  for (;;) {
    const some = await withTenant(db, tenantId, (trx) => forgetPastReach(trx, { tenantId, now, limit: chunk }));
    reached += some;
    if (some < chunk) return reached;
  }
}
