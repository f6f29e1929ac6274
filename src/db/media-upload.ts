import { sql } from 'kysely';
import type { MediaId, TenantId, UploadId, UserId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

export interface NewUpload {
  readonly tenantId: TenantId;
  readonly id: UploadId;
  readonly fileName: string;
  readonly altText: string | null;
  readonly length: number;
  readonly by: UserId;
  readonly now: Date;
  readonly expiresAt: Date;
}

/** A file on its way, as far as it has come. */
export interface StoredUpload {
  readonly id: UploadId;
  readonly fileName: string;
  readonly altText: string | null;
  readonly length: number;
  readonly received: number;
  /** The ids of what has been stored of it, in order. */
  readonly pieces: readonly string[];
  /** What it has become. */
  readonly mediaId: MediaId | null;
  readonly expiresAt: Date;
}

export async function insertUpload(trx: TenantTransaction, upload: NewUpload): Promise<void> {
  await trx
    .insertInto('media_upload')
    .values({
      tenant_id: upload.tenantId,
      id: upload.id,
      file_name: upload.fileName,
      alt_text: upload.altText,
      length: upload.length,
      created_by: upload.by,
      created_at: upload.now,
      expires_at: upload.expiresAt,
    })
    .execute();
}

/** How many bytes the tenant's unfinished uploads may come to. Call it under `lockUploads`. */
export async function sumUploads(trx: TenantTransaction, now: Date): Promise<number> {
  const { bytes } = await trx
    .selectFrom('media_upload')
    .select(sql<string>`coalesce(sum(length), 0)`.as('bytes'))
    .where('media_id', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow();
  return Number(bytes);
}

/** One at a time may begin an upload in a tenant, so that none slips past a limit to their sum. */
export async function lockUploads(trx: TenantTransaction, tenantId: TenantId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('media_upload/' || ${tenantId}, 0))`.execute(trx);
}

/** An upload of this person that has not expired; `forUpdate` keeps it as it is until the transaction ends. */
export async function selectUpload(
  trx: TenantTransaction,
  { id, by, now, lock }: { id: UploadId; by: UserId; now: Date; lock: 'for update' | 'none' },
): Promise<StoredUpload | null> {
  const row = await trx
    .selectFrom('media_upload')
    .selectAll()
    .where('id', '=', id)
    .where('created_by', '=', by)
    .where('expires_at', '>', now)
    .$if(lock === 'for update', (query) => query.forUpdate())
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    id: row.id,
    fileName: row.file_name,
    altText: row.alt_text,
    length: Number(row.length),
    received: Number(row.received),
    pieces: row.pieces,
    mediaId: row.media_id,
    expiresAt: row.expires_at,
  };
}

/** Makes `writer` the only one who may add to the upload, whoever was there before. */
export async function takeUpload(
  trx: TenantTransaction,
  { id, writer }: { id: UploadId; writer: string },
): Promise<void> {
  await trx.updateTable('media_upload').set({ writer }).where('id', '=', id).execute();
}

/** Records how far the upload has come. False: another request has taken it over, and nothing of this one counts. */
export async function advanceUpload(
  trx: TenantTransaction,
  { id, writer, received, pieces }: { id: UploadId; writer: string; received: number; pieces: readonly string[] },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('media_upload')
    .set({ received, pieces: JSON.stringify(pieces) })
    .where('id', '=', id)
    .where('writer', '=', writer)
    .where('media_id', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function settleUpload(
  trx: TenantTransaction,
  { id, mediaId }: { id: UploadId; mediaId: MediaId },
): Promise<void> {
  // Without its writer a late request finds that it has lost; without its pieces nothing looks for them.
  await trx
    .updateTable('media_upload')
    .set({ media_id: mediaId, writer: null, pieces: '[]' })
    .where('id', '=', id)
    .execute();
}

export async function deleteUpload(trx: TenantTransaction, id: UploadId): Promise<void> {
  await trx.deleteFrom('media_upload').where('id', '=', id).execute();
}
