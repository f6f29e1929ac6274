import type { Kysely } from 'kysely';
import type { TenantId } from '../domain/ids.ts';
import type { Clock } from '../platform/clock.ts';
import type { SealKey } from '../platform/sealing.ts';
import { selectTenantIds } from './media-sweep.ts';
import type { Database } from './schema.ts';
import { resealSome, sealedColumns, type SealedTable } from './sealed-columns.ts';
import { withTenant } from './tenant.ts';
import { rewrapTenantKeys } from './tenant-key.ts';

export interface RotationDependencies {
  readonly app: Kysely<Database>;
  readonly system: Kysely<Database>;
  /** The current one first. */
  readonly masterKeys: readonly SealKey[];
  readonly clock: Clock;
}

export interface Rotation {
  readonly tenants: number;
  /** Data keys that an older master key had wrapped. */
  readonly rewrapped: number;
  /** Rows that an older data key had sealed. */
  readonly resealed: number;
}

/**
 * Brings every tenant under the current master key, while programs go on that know both: wraps the data keys anew, gives
 * each tenant a new one and seals with it whatever an older one has sealed. It can be stopped and repeated at any time;
 * tenants that are done are left as they are.
 */
export async function rotateMasterKey(dependencies: RotationDependencies): Promise<Rotation> {
  const tenantIds = await selectTenantIds(dependencies.system);
  let [rewrapped, resealed] = [0, 0];
  for (const tenantId of tenantIds) rewrapped += await rewrap(dependencies, tenantId);
  for (;;) {
    const found = await resealRound(dependencies, tenantIds);
    // A transaction that began under the old data key may have sealed with it behind our back.
    if (found === 0) return { tenants: tenantIds.length, rewrapped, resealed };
    resealed += found;
  }
}

function rewrap({ app, masterKeys, clock }: RotationDependencies, tenantId: TenantId): Promise<number> {
  return withTenant(app, tenantId, (trx) => rewrapTenantKeys(trx, tenantId, masterKeys, new Date(clock())));
}

async function resealRound(
  { app, masterKeys, clock }: RotationDependencies,
  tenantIds: readonly TenantId[],
): Promise<number> {
  let resealed = 0;
  for (const tenantId of tenantIds) {
    for (const table of Object.keys(sealedColumns) as SealedTable[]) {
      for (;;) {
        const about = { tenantId, table, now: new Date(clock()) };
        const found = await withTenant(app, tenantId, (trx) => resealSome(trx, about, masterKeys));
        resealed += found;
        if (found === 0) break;
      }
    }
  }
  return resealed;
}
