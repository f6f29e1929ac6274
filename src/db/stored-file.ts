import type { Sha256, TenantId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/**
 * Says that these files are needed, before they are kept in the store. From then on the sweep leaves them alone for
 * long enough to write the rows that name them; should nobody do so, it finds them by what is written here.
 */
export async function claimFiles(
  trx: TenantTransaction,
  { tenantId, hashes, now }: { tenantId: TenantId; hashes: readonly Sha256[]; now: Date },
): Promise<void> {
  await trx
    .insertInto('stored_file')
    // In one order, so that two uploads of the same files do not wait for each other.
    .values([...new Set(hashes)].toSorted().map((sha256) => ({ tenant_id: tenantId, sha256, claimed_at: now })))
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'sha256']).doUpdateSet(({ ref, fn }) => ({
        claimed_at: fn<Date>('greatest', [ref('stored_file.claimed_at'), ref('excluded.claimed_at')]),
      })),
    )
    .execute();
}

/** How long the files of an import are kept: they are lists of people, and nobody needs them for long. */
const importedMs = 30 * 24 * 3_600_000;

/**
 * One stored file that nothing names and nobody has claimed since `claimedBefore`, locked: an upload of the same bytes
 * waits until this transaction has removed it from the store and deleted its row, and then writes it anew.
 */
export async function lockForgottenFile(trx: TenantTransaction, claimedBefore: Date): Promise<Sha256 | null> {
  const row = await trx
    .selectFrom('stored_file')
    .select('sha256')
    .where('claimed_at', '<', claimedBefore)
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('media')
            .select('media.id')
            .whereRef('media.tenant_id', '=', 'stored_file.tenant_id')
            .whereRef('media.sha256', '=', 'stored_file.sha256'),
        ),
      ),
    )
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('media_rendition as rendition')
            .select('rendition.media_id')
            .whereRef('rendition.tenant_id', '=', 'stored_file.tenant_id')
            .whereRef('rendition.sha256', '=', 'stored_file.sha256'),
        ),
      ),
    )
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('connection')
            .select('connection.id')
            .whereRef('connection.tenant_id', '=', 'stored_file.tenant_id')
            .whereRef('connection.picture_sha256', '=', 'stored_file.sha256'),
        ),
      ),
    )
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('contact_import')
            .select('contact_import.id')
            .whereRef('contact_import.tenant_id', '=', 'stored_file.tenant_id')
            .where((eb) =>
              eb.or([
                eb('contact_import.sha256', '=', eb.ref('stored_file.sha256')),
                eb('contact_import.errors_sha256', '=', eb.ref('stored_file.sha256')),
              ]),
            )
            .where('contact_import.created_at', '>', new Date(claimedBefore.getTime() - importedMs)),
        ),
      ),
    )
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  return row?.sha256 ?? null;
}

export async function deleteStoredFile(trx: TenantTransaction, sha256: Sha256): Promise<void> {
  await trx.deleteFrom('stored_file').where('sha256', '=', sha256).execute();
}
