import type { MediaId, Sha256, TenantId, UserId } from '../domain/ids.ts';
import type { ImageFacts, MediaFacts } from '../domain/media.ts';
import type { TenantTransaction } from './tenant.ts';

export interface NewMedia {
  readonly tenantId: TenantId;
  readonly id: MediaId;
  readonly fileName: string;
  readonly altText: string | null;
  readonly original: ImageFacts;
  readonly jpeg: ImageFacts;
  readonly by: UserId;
  readonly now: Date;
}

/** Writes an uploaded file and its JPEG rendition, whose bytes are in the store already. */
export async function insertMedia(trx: TenantTransaction, media: NewMedia): Promise<void> {
  const { tenantId, id } = media;
  await trx
    .insertInto('media')
    .values({
      tenant_id: tenantId,
      id,
      ...fileColumns(media.original),
      file_name: media.fileName,
      alt_text: media.altText,
      created_by: media.by,
      created_at: media.now,
    })
    .execute();
  await trx
    .insertInto('media_rendition')
    .values({ tenant_id: tenantId, media_id: id, kind: 'jpeg', ...fileColumns(media.jpeg) })
    .execute();
}

export type MediaRow = Awaited<ReturnType<typeof selectMediaPage>>[number];

/** Files of the tenant, newest first, `limit + 1` at most, those after `before` in that order. */
export function selectMediaPage(trx: TenantTransaction, { before, limit }: { before: MediaId | null; limit: number }) {
  return mediaWithUploader(trx)
    .$if(before !== null, (query) => query.where('media.id', '<', before))
    .orderBy('media.id', 'desc')
    .limit(limit + 1)
    .execute();
}

export function selectMedia(trx: TenantTransaction, id: MediaId): Promise<MediaRow | undefined> {
  return mediaWithUploader(trx).where('media.id', '=', id).executeTakeFirst();
}

function mediaWithUploader(trx: TenantTransaction) {
  return trx
    .selectFrom('media')
    .innerJoin('tenant_member as member', (join) =>
      join.onRef('member.tenant_id', '=', 'media.tenant_id').onRef('member.user_id', '=', 'media.created_by'),
    )
    .select([
      'media.id',
      'media.sha256',
      'media.mime_type',
      'media.bytes',
      'media.width_px',
      'media.height_px',
      'media.file_name',
      'media.alt_text',
      'media.created_by',
      'media.created_at',
      'member.display_name as created_by_name',
    ]);
}

/** One stored file of a media row: the original, or its JPEG rendition. */
export function selectMediaFile(
  trx: TenantTransaction,
  { id, kind }: { id: MediaId; kind: 'original' | 'jpeg' },
): Promise<{ sha256: Sha256; mime_type: string } | undefined> {
  return kind === 'original'
    ? trx.selectFrom('media').select(['sha256', 'mime_type']).where('id', '=', id).executeTakeFirst()
    : trx
        .selectFrom('media_rendition')
        .select(['sha256', 'mime_type'])
        .where('media_id', '=', id)
        .where('kind', '=', kind)
        .executeTakeFirst();
}

/** What is known of each of these files; one that the tenant does not have is absent. */
export async function selectMediaFacts(
  trx: TenantTransaction,
  ids: readonly MediaId[],
): Promise<ReadonlyMap<MediaId, MediaFacts>> {
  if (ids.length === 0) return new Map();
  const rows = await trx
    .selectFrom('media')
    .leftJoin('media_rendition as jpeg', (join) =>
      join
        .onRef('jpeg.tenant_id', '=', 'media.tenant_id')
        .onRef('jpeg.media_id', '=', 'media.id')
        .on('jpeg.kind', '=', 'jpeg'),
    )
    .select(['media.id', 'media.sha256', 'media.mime_type', 'media.bytes', 'media.width_px', 'media.height_px'])
    .select([
      'jpeg.sha256 as jpeg_sha256',
      'jpeg.mime_type as jpeg_mime_type',
      'jpeg.bytes as jpeg_bytes',
      'jpeg.width_px as jpeg_width_px',
      'jpeg.height_px as jpeg_height_px',
    ])
    .where('media.id', 'in', [...new Set(ids)])
    .execute();
  return new Map(rows.map((row) => [row.id, { original: fileFacts(row), jpeg: jpegFacts(row) }]));
}

interface FileColumns {
  readonly sha256: Sha256;
  readonly mime_type: string;
  readonly bytes: string;
  readonly width_px: number;
  readonly height_px: number;
}

function fileColumns({ sha256, mimeType, bytes, widthPx, heightPx }: ImageFacts) {
  return { sha256, mime_type: mimeType, bytes, width_px: widthPx, height_px: heightPx };
}

function fileFacts({ sha256, mime_type, bytes, width_px, height_px }: FileColumns): ImageFacts {
  return {
    kind: 'image',
    sha256,
    mimeType: mime_type,
    bytes: Number(bytes),
    widthPx: width_px,
    heightPx: height_px,
    frames: 1,
  };
}

function jpegFacts(row: { [Column in keyof FileColumns as `jpeg_${Column}`]: FileColumns[Column] | null }) {
  const { jpeg_sha256, jpeg_mime_type, jpeg_bytes, jpeg_width_px, jpeg_height_px } = row;
  if (jpeg_sha256 === null || jpeg_mime_type === null || jpeg_width_px === null || jpeg_height_px === null) return null;
  return fileFacts({
    sha256: jpeg_sha256,
    mime_type: jpeg_mime_type,
    bytes: jpeg_bytes ?? '0',
    width_px: jpeg_width_px,
    height_px: jpeg_height_px,
  });
}
