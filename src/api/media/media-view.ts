import { z } from 'zod';
import type { MediaRow } from '../../db/media.ts';
import type { MediaId, TenantId } from '../../domain/ids.ts';
import { imageTypes } from '../../platform/image.ts';
import { type MediaFileKind, signedMediaUrl } from '../../platform/signed-url.ts';
import { person } from '../approvals/approval-schemas.ts';
import { id, instantView } from '../schemas.ts';

export const mediaParams = z.strictObject({ mediaId: id<MediaId>('The uploaded file.') });

/** Where signed addresses begin, and what signs them. */
export interface MediaUrls {
  readonly publicUrl: string;
  readonly urlKey: string;
}

/** How long an address that the API shows can be used. */
export const urlLifetimeMs = 15 * 60_000;

const url = z.object({ url: z.string(), expiresAt: instantView('Until when it can be used.') });

export const listedMedia = z
  .object({
    id: z.string(),
    fileName: z.string(),
    altText: z.string().nullable(),
    mimeType: z.enum(imageTypes).meta({ description: 'By its bytes, whatever the sender said.' }),
    bytes: z.int(),
    widthPx: z.int().meta({ description: 'As a viewer sees it, after its own rotation.' }),
    heightPx: z.int(),
    sha256: z.string(),
    uploadedBy: person,
    createdAt: instantView('When it was uploaded.'),
  })
  .meta({ description: 'An uploaded image. It never changes.' });

export const mediaView = listedMedia.extend({
  urls: z
    .object({ original: url, jpeg: url.meta({ description: 'The JPEG made from it, at most 1,440 px wide.' }) })
    .meta({ description: 'Signed addresses, for fifteen minutes: whoever has one can fetch the file.' }),
});

export function presentListed(row: MediaRow): z.input<typeof listedMedia> {
  return {
    id: row.id,
    fileName: row.file_name,
    altText: row.alt_text,
    mimeType: row.mime_type as (typeof imageTypes)[number],
    bytes: Number(row.bytes),
    widthPx: row.width_px,
    heightPx: row.height_px,
    sha256: row.sha256,
    uploadedBy: { id: row.created_by, name: row.created_by_name },
    createdAt: row.created_at.toISOString(),
  };
}

export function presentMedia(
  row: MediaRow,
  { tenantId, urls, now }: { tenantId: TenantId; urls: MediaUrls; now: Date },
): z.input<typeof mediaView> {
  const expiresAt = now.getTime() + urlLifetimeMs;
  const address = (kind: MediaFileKind) => ({
    url: signedMediaUrl(urls, { tenantId, mediaId: row.id, kind, expiresAt }),
    expiresAt: new Date(expiresAt).toISOString(),
  });
  return { ...presentListed(row), urls: { original: address('original'), jpeg: address('jpeg') } };
}
