import { type Kysely, sql } from 'kysely';
import type { MediaId, TenantId, UploadId } from '../domain/ids.ts';
import type { Database } from './schema.ts';
import type { TenantTransaction } from './tenant.ts';

/** Every tenant, so that a sweep can go from one to the next. Runs as `chorally_system`, which sees nothing else. */
export async function selectTenantIds(system: Kysely<Database>): Promise<readonly TenantId[]> {
  const { rows } = await sql<{ id: TenantId }>`select id from tenant order by id`.execute(system);
  return rows.map(({ id }) => id);
}

/**
 * Deletes files that are older than `createdBefore` and that neither a post nor a template names, a hundred at most. Their bytes
 * are left to the sweep of stored files. A post that comes to name one of them in this moment wins: its row is locked.
 */
export async function deleteUnusedMedia(trx: TenantTransaction, createdBefore: Date): Promise<readonly MediaId[]> {
  const { rows } = await sql<{ id: MediaId }>`
    delete from media where id in (
      select id from media
      where created_at < ${createdBefore} and not exists (
        select from post_revision_media use where use.tenant_id = media.tenant_id and use.media_id = media.id)
      and not exists (
        select from template_media use where use.tenant_id = media.tenant_id and use.media_id = media.id)
      order by id limit 100 for update skip locked)
    returning id`.execute(trx);
  return rows.map(({ id }) => id);
}

/** Deletes uploads whose time is over, a hundred at most, whether they have become media or not. */
export async function deleteExpiredUploads(trx: TenantTransaction, now: Date): Promise<readonly UploadId[]> {
  const { rows } = await sql<{ id: UploadId }>`
    delete from media_upload where id in (
      select id from media_upload where expires_at < ${now} order by expires_at limit 100 for update skip locked)
    returning id`.execute(trx);
  return rows.map(({ id }) => id);
}
