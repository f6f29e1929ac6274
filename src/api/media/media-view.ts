import { z } from 'zod';
import type { MediaRow } from '../../db/media.ts';
import { factsOf } from '../../db/media-facts.ts';
import type { MediaId, TenantId } from '../../domain/ids.ts';
import { type MediaFileKind, signedMediaUrl } from '../../platform/signed-url.ts';
import { person } from '../approvals/approval-schemas.ts';
import { id, instantView } from '../schemas.ts';
import { acceptedTypes } from './taken-files.ts';

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
    kind: z.enum(['image', 'video', 'document']),
    fileName: z.string(),
    altText: z.string().nullable(),
    mimeType: z.enum(acceptedTypes).meta({ description: 'By its bytes, whatever the sender said.' }),
    bytes: z.int(),
    widthPx: z
      .int()
      .nullable()
      .meta({ description: 'As a viewer sees it, after its own rotation; null of a document.' }),
    heightPx: z.int().nullable(),
    frames: z.int().nullable().meta({ description: 'Of an image; more than one of an animated GIF.' }),
    durationMs: z.int().nullable().meta({ description: 'Of a film.' }),
    videoCodec: z.string().nullable().meta({ description: 'Of a film, such as `avc`, `hevc`, `vp9` or `av1`.' }),
    audioCodec: z.string().nullable().meta({ description: 'Of a film, such as `aac`; null when it is silent.' }),
    framesPerSecond: z.number().nullable().meta({ description: 'Of a film, the mean of its beginning.' }),
    pages: z.int().nullable().meta({ description: 'Of a document.' }),
    sha256: z.string(),
    usedBy: z.int().meta({ description: 'How many posts name it, in any of their versions.' }),
    uploadedBy: person,
    createdAt: instantView('When it was uploaded.'),
    thumbnail: url.nullable().meta({
      description: 'A small JPEG for lists, at a signed address. Films and documents have none.',
    }),
  })
  .meta({ description: 'An uploaded file. Its bytes never change.' });

export const mediaView = listedMedia.extend({
  urls: z
    .object({
      original: url,
      jpeg: url.nullable().meta({
        description: 'The JPEG made of an image for the networks, at most 1,440 px wide; null of a film or document.',
      }),
    })
    .meta({ description: 'Signed addresses, for fifteen minutes: whoever has one can fetch the file.' }),
});

export interface Presenting {
  readonly tenantId: TenantId;
  readonly urls: MediaUrls;
  readonly now: Date;
}

export function presentListed(row: MediaRow, presenting: Presenting): z.input<typeof listedMedia> {
  const facts = factsOf(row);
  const { kind, mimeType, bytes, sha256 } = facts;
  return {
    id: row.id,
    kind,
    fileName: row.file_name,
    altText: row.alt_text,
    mimeType,
    bytes,
    widthPx: facts.kind === 'document' ? null : facts.widthPx,
    heightPx: facts.kind === 'document' ? null : facts.heightPx,
    frames: facts.kind === 'image' ? facts.frames : null,
    durationMs: facts.kind === 'video' ? facts.durationMs : null,
    videoCodec: facts.kind === 'video' ? facts.videoCodec : null,
    audioCodec: facts.kind === 'video' ? facts.audioCodec : null,
    framesPerSecond: facts.kind === 'video' ? facts.framesPerSecond : null,
    pages: facts.kind === 'document' ? facts.pages : null,
    sha256,
    usedBy: row.used_by ?? 0,
    uploadedBy: { id: row.created_by, name: row.created_by_name },
    createdAt: row.created_at.toISOString(),
    thumbnail: addressOf(row, 'thumbnail', presenting),
  };
}

export function presentMedia(row: MediaRow, presenting: Presenting): z.input<typeof mediaView> {
  return {
    ...presentListed(row, presenting),
    urls: { original: signed(row, 'original', presenting), jpeg: addressOf(row, 'jpeg', presenting) },
  };
}

function addressOf(row: MediaRow, kind: 'jpeg' | 'thumbnail', presenting: Presenting) {
  return row.rendition_kinds?.includes(kind) === true ? signed(row, kind, presenting) : null;
}

function signed({ id: mediaId }: MediaRow, kind: MediaFileKind, { tenantId, urls, now }: Presenting) {
  const expiresAt = now.getTime() + urlLifetimeMs;
  return {
    url: signedMediaUrl(urls, { tenantId, mediaId, kind, expiresAt }),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}
