import type { Kysely } from 'kysely';
import {
  type ContactImportRow,
  finishContactImport,
  selectContactImport,
  selectRefusals,
} from '../db/contact-import.ts';
import { appendEvents } from '../db/event.ts';
import type { Database } from '../db/schema.ts';
import { claimFiles } from '../db/stored-file.ts';
import { withTenant } from '../db/tenant.ts';
import type { ContactImportInput, ImportFailure } from '../domain/contact-mapping.ts';
import type { Sha256 } from '../domain/ids.ts';
import type { Clock } from '../platform/clock.ts';
import { csvLine, readCsv } from '../platform/csv.ts';
import type { Storage } from '../platform/storage.ts';

interface Ending {
  readonly db: Kysely<Database>;
  readonly storage: Storage;
  readonly clock: Clock;
}

type Ended = Pick<ContactImportInput, 'tenantId' | 'importId'> & { readonly failure: ImportFailure | null };

/** Writes the file of refused rows and ends the import: done, failed, or cancelled if somebody has said so. */
export async function finishImport(ending: Ending, { tenantId, importId, failure }: Ended): Promise<void> {
  const { db, clock } = ending;
  const standing = await withTenant(db, tenantId, (trx) => selectContactImport(trx, importId));
  if (standing === null || standing.finishedAt !== null) return;
  const errorsSha256 = standing.refused === 0 ? null : await writeRefusals(ending, { tenantId, ...standing });
  await withTenant(db, tenantId, async (trx) => {
    const row = await selectContactImport(trx, importId, { lock: true });
    if (row === null || row.finishedAt !== null) return;
    const state = row.state === 'cancelled' ? 'cancelled' : failure === null ? 'done' : 'failed';
    const now = new Date(clock());
    await finishContactImport(trx, { id: importId, state, errorCode: failure, errorsSha256, now });
    const { rowsRead, created, updated, refused } = row;
    await appendEvents(trx, [
      {
        tenantId,
        at: now,
        kind: 'contact_import.finished',
        entity: 'contact_import',
        entityId: importId,
        actor: { kind: 'process' },
        data: { state, rowsRead, created, updated, refused },
      },
    ]);
  });
}

/** The file comes into the store before any row names it; what nobody comes to name is swept. */
async function writeRefusals(
  { db, storage, clock }: Ending,
  { tenantId, id, sha256 }: Pick<ContactImportInput, 'tenantId'> & Pick<ContactImportRow, 'id' | 'sha256'>,
): Promise<Sha256> {
  const header = await headerOf(storage, { tenantId, sha256 });
  const lines = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(csvLine(['row', 'reason', ...header]));
    for (let after = 0; ;) {
      const rows = await withTenant(db, tenantId, (trx) => selectRefusals(trx, { importId: id, after, limit: 1_000 }));
      const last = rows.at(-1);
      if (last === undefined) return;
      yield Buffer.from(rows.map(({ number, reason, cells }) => csvLine([String(number), reason, ...cells])).join(''));
      after = last.number;
    }
  };
  const file = await storage.receive(tenantId, lines(), { maxBytes: Number.MAX_SAFE_INTEGER });
  try {
    const hash = file.sha256 as Sha256;
    const now = new Date(clock());
    await withTenant(db, tenantId, (trx) => claimFiles(trx, { tenantId, hashes: [hash], now }));
    await file.keep();
    return hash;
  } catch (error) {
    await file.discard();
    throw error;
  }
}

async function headerOf(
  storage: Storage,
  { tenantId, sha256 }: Pick<ContactImportInput, 'tenantId'> & Pick<ContactImportRow, 'sha256'>,
): Promise<readonly string[]> {
  const file = await storage.find(tenantId, sha256);
  if (file === null) return [];
  for await (const header of readCsv(await file.stream())) return header;
  return [];
}
