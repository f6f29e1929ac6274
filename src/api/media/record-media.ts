import { appendEvents } from '../../db/event.ts';
import { insertMedia, type MediaRow, selectMedia } from '../../db/media.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { MediaId, TenantId, UserId } from '../../domain/ids.ts';
import { newId } from '../../platform/new-id.ts';
import type { UploadedFile } from './receive-upload.ts';

/** Writes the row that makes a kept file media, and that it was uploaded. */
export async function recordMedia(
  trx: TenantTransaction,
  { tenantId, by, now, ...file }: UploadedFile & { tenantId: TenantId; by: UserId; now: Date },
): Promise<MediaRow> {
  const id = newId<MediaId>();
  await insertMedia(trx, { ...file, tenantId, id, by, now });
  const { sha256, mimeType, bytes } = file.original;
  await appendEvents(trx, [
    {
      tenantId,
      at: now,
      kind: 'media.uploaded',
      entity: 'media',
      entityId: id,
      actor: { kind: 'user', id: by },
      data: { sha256, mimeType, bytes },
    },
  ]);
  const row = await selectMedia(trx, id);
  if (row === undefined) throw new Error('a file that was written in this transaction cannot be read');
  return row;
}
