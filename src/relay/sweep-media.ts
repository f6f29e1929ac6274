import type { Kysely } from 'kysely';
import { deleteExpiredUploads, deleteUnusedMedia } from '../db/media-sweep.ts';
import type { Database } from '../db/schema.ts';
import { deleteStoredFile, lockForgottenFile } from '../db/stored-file.ts';
import { withTenant } from '../db/tenant.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Logger } from '../platform/logging.ts';
import type { Storage } from '../platform/storage.ts';

export interface MediaSweep {
  /** Which tenants there are. */
  tenants(): Promise<readonly TenantId[]>;
  /** As `chorally_app`, within one tenant at a time. */
  readonly db: Kysely<Database>;
  readonly storage: Storage;
  /** After how long a file that no post names is removed. */
  readonly unusedDays: number;
  readonly log: Logger;
}

const dayMs = 24 * 60 * 60_000;
/** How long a claimed file may be without a row: far longer than any upload takes to write it. */
const claimMs = dayMs;
/** Longer than an upload lives: what is older belongs to none. */
const unfinishedMs = 2 * dayMs;

/** What a sweep has removed. */
export interface Swept {
  readonly uploads: number;
  readonly media: number;
  readonly files: number;
}

/**
 * Removes what nobody needs any more: uploads whose day is over, media that no post names, files in the store that no
 * row names, and what died on its way there. Any number of sweeps may run at once.
 */
export async function sweepMedia(sweep: MediaSweep, now: Date): Promise<Swept & { readonly unfinished: number }> {
  const total = { uploads: 0, media: 0, files: 0 };
  for (const tenantId of await sweep.tenants()) {
    try {
      const swept = await sweepTenant(sweep, tenantId, now);
      for (const name of ['uploads', 'media', 'files'] as const) total[name] += swept[name];
    } catch (error) {
      sweep.log.warn({ err: error, tenantId }, 'the media of a tenant could not be swept; the next sweep tries again');
    }
  }
  const unfinished = await sweep.storage.sweepUnfinished(new Date(now.getTime() - unfinishedMs));
  return { ...total, unfinished };
}

async function sweepTenant(sweep: MediaSweep, tenantId: TenantId, now: Date): Promise<Swept> {
  const before = (ms: number) => new Date(now.getTime() - ms);
  const { db, storage, unusedDays } = sweep;
  const uploads = await untilNone(async () => {
    const ids = await withTenant(db, tenantId, (trx) => deleteExpiredUploads(trx, now));
    for (const uploadId of ids) await storage.pieces.drop({ tenantId, uploadId });
    return ids.length;
  });
  const media = await untilNone(async () => {
    const ids = await withTenant(db, tenantId, (trx) => deleteUnusedMedia(trx, before(unusedDays * dayMs)));
    return ids.length;
  });
  const files = await untilNone(() => removeForgotten(sweep, tenantId, before(claimMs)));
  return { uploads, media, files };
}

/**
 * Removes one file under the lock of its row: whoever uploads the same bytes in this moment waits, and then finds that
 * they have to be written anew. The one place where a transaction is held over a call to the store, a single deletion.
 */
function removeForgotten({ db, storage }: MediaSweep, tenantId: TenantId, claimedBefore: Date): Promise<number> {
  return withTenant(db, tenantId, async (trx) => {
    const sha256 = await lockForgottenFile(trx, claimedBefore);
    if (sha256 === null) return 0;
    await storage.remove(tenantId, sha256);
    await deleteStoredFile(trx, sha256);
    return 1;
  });
}

async function untilNone(removeSome: () => Promise<number>): Promise<number> {
  let removed = 0;
  for (;;) {
    const some = await removeSome();
    if (some === 0) return removed;
    removed += some;
  }
}
