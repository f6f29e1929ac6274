import { sql } from 'kysely';
import type { ContactMapping, ImportFailure, ImportState } from '../domain/contact-mapping.ts';
import type { ContactGroupId, ContactImportId, Sha256, TenantId, UserId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

export interface ContactImportRow {
  readonly id: ContactImportId;
  readonly state: ImportState;
  readonly fileName: string;
  readonly sha256: Sha256;
  readonly errorsSha256: Sha256 | null;
  readonly errorCode: string | null;
  readonly mapping: ContactMapping;
  readonly groupId: ContactGroupId | null;
  readonly rowsRead: number;
  readonly created: number;
  readonly updated: number;
  readonly refused: number;
  readonly createdBy: UserId;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** Imports, the newest first, `limit + 1` at most. */
export function selectContactImports(
  trx: TenantTransaction,
  { before, limit }: { before: ContactImportId | null; limit: number },
): Promise<ContactImportRow[]> {
  return importRows(trx)
    .$if(before !== null, (query) => query.where('id', '<', before))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
}

/** An import, with `lock` so that nobody else may change it before this transaction ends. */
export async function selectContactImport(
  trx: TenantTransaction,
  id: ContactImportId,
  { lock = false }: { lock?: boolean } = {},
): Promise<ContactImportRow | null> {
  const row = await importRows(trx)
    .where('id', '=', id)
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();
  return row ?? null;
}

export async function insertContactImport(
  trx: TenantTransaction,
  row: Pick<ContactImportRow, 'id' | 'fileName' | 'sha256' | 'mapping' | 'groupId'> & {
    tenantId: TenantId;
    by: UserId;
    now: Date;
  },
): Promise<void> {
  await trx
    .insertInto('contact_import')
    .values({
      tenant_id: row.tenantId,
      id: row.id,
      state: 'uploaded',
      file_name: row.fileName,
      sha256: row.sha256,
      mapping: JSON.stringify(row.mapping),
      group_id: row.groupId,
      created_by: row.by,
      created_at: row.now,
    })
    .execute();
}

export async function setImportState(trx: TenantTransaction, id: ContactImportId, state: ImportState): Promise<void> {
  await trx.updateTable('contact_import').set({ state }).where('id', '=', id).execute();
}

/** What a chunk of rows came to. */
export interface ChunkCounts {
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly refused: number;
}

/** Counts a chunk, in the transaction that has written it: the counts are what has been done, however often it is tried. */
export async function countChunk(trx: TenantTransaction, id: ContactImportId, counts: ChunkCounts): Promise<void> {
  await trx
    .updateTable('contact_import')
    .set((eb) => ({
      rows_read: eb('rows_read', '+', counts.rows),
      created_count: eb('created_count', '+', counts.created),
      updated_count: eb('updated_count', '+', counts.updated),
      refused_count: eb('refused_count', '+', counts.refused),
    }))
    .where('id', '=', id)
    .execute();
}

/** A row of a file that was not taken, as it stands there. */
export interface RefusedRow {
  readonly number: number;
  readonly reason: string;
  readonly cells: readonly string[];
}

export async function insertRefusals(
  trx: TenantTransaction,
  { tenantId, importId, refusals }: { tenantId: TenantId; importId: ContactImportId; refusals: readonly RefusedRow[] },
): Promise<void> {
  if (refusals.length === 0) return;
  await sql`
    insert into contact_import_refusal (tenant_id, import_id, row_number, reason, cells)
    select ${tenantId}::uuid, ${importId}::uuid, number, reason, cells
    from jsonb_to_recordset(${JSON.stringify(refusals)}::jsonb) as row (number integer, reason text, cells jsonb)
  `.execute(trx);
}

/** Refused rows in the order of the file, after one of them. */
export function selectRefusals(
  trx: TenantTransaction,
  { importId, after, limit }: { importId: ContactImportId; after: number; limit: number },
): Promise<RefusedRow[]> {
  return trx
    .selectFrom('contact_import_refusal')
    .select(['row_number as number', 'reason', 'cells'])
    .where('import_id', '=', importId)
    .where('row_number', '>', after)
    .orderBy('row_number')
    .limit(limit)
    .execute();
}

/** Ends an import. Its refused rows live on in their file only. */
export async function finishContactImport(
  trx: TenantTransaction,
  { id, state, errorCode, errorsSha256, now }: FinishedImport,
): Promise<void> {
  await trx
    .updateTable('contact_import')
    .set({ state, error_code: errorCode, errors_sha256: errorsSha256, finished_at: now })
    .where('id', '=', id)
    .execute();
  await trx.deleteFrom('contact_import_refusal').where('import_id', '=', id).execute();
}

interface FinishedImport {
  readonly id: ContactImportId;
  readonly state: Exclude<ImportState, 'uploaded' | 'running'>;
  readonly errorCode: ImportFailure | null;
  readonly errorsSha256: Sha256 | null;
  readonly now: Date;
}

function importRows(trx: TenantTransaction) {
  return trx
    .selectFrom('contact_import')
    .select([
      'id',
      'state',
      'file_name as fileName',
      'sha256',
      'errors_sha256 as errorsSha256',
      'error_code as errorCode',
      'mapping',
      'group_id as groupId',
      'rows_read as rowsRead',
      'created_count as created',
      'updated_count as updated',
      'refused_count as refused',
      'created_by as createdBy',
      'created_at as createdAt',
      'finished_at as finishedAt',
    ]);
}
