import { z } from 'zod';
import type { StoredUpload } from '../../db/media-upload.ts';
import type { UploadId } from '../../domain/ids.ts';
import { id, instantView } from '../schemas.ts';
import { expiryHeader } from './tus.ts';

export const uploadParams = z.strictObject({ uploadId: id<UploadId>('An upload of the caller.') });

export const uploadView = z
  .object({
    id: z.string(),
    fileName: z.string(),
    altText: z.string().nullable(),
    length: z.int().meta({ description: 'How many bytes it will have.' }),
    received: z.int().meta({ description: 'How many are stored; where to go on.' }),
    mediaId: z.string().nullable().meta({ description: 'The media that was made of it.' }),
    expiresAt: instantView('When it is removed.'),
  })
  .meta({ description: 'A file on its way, in as many requests as it takes.' });

export function presentUpload({ pieces: _pieces, expiresAt, ...upload }: StoredUpload): z.input<typeof uploadView> {
  return { ...upload, expiresAt: expiresAt.toISOString() };
}

/** Where the upload stands, as tus clients read it. */
export function standing({ length, received, expiresAt }: Pick<StoredUpload, 'length' | 'received' | 'expiresAt'>) {
  return { 'upload-length': String(length), 'upload-offset': String(received), ...expiryHeader(expiresAt) };
}
