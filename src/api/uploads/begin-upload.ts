import { z } from 'zod';
import { insertUpload, lockUploads, selectUpload, sumUploads } from '../../db/media-upload.ts';
import type { UploadId } from '../../domain/ids.ts';
import { newId } from '../../platform/new-id.ts';
import { commonProblems } from '../common-problems.ts';
import { defineRoute } from '../define-route.ts';
import { altTextOf, fileNameOf } from '../media/file-words.ts';
import { fileTooLarge } from '../media/judge-file.ts';
import { maxUploadBytes } from '../media/taken-files.ts';
import { answer } from '../route-context.ts';
import { byteCount, parseMetadata, requireTus, tusHeader, tusPath, tusProblems } from './tus.ts';
import { presentUpload, standing, uploadView } from './upload-view.ts';

/** However often it is interrupted, an upload has a day. */
const lifetimeMs = 24 * 60 * 60_000;
/** Twenty large films at once. */
const maxTenantBytes = 20_000_000_000;

export const beginUpload = defineRoute({
  method: 'post',
  path: tusPath,
  tag: 'Media',
  summary: 'Begin an upload',
  description:
    'Begins an upload that comes in as many requests as it takes, by the tus protocol 1.0 (creation, termination, expiration): any tus client can be pointed here. Films may have 1 GB, PDFs 100 MB, images 20 MB. Send the bytes with PATCH to the address in `Location`, then make media of it with `POST …/media`. It is removed after 24 hours.',
  permission: 'media.write',
  headers: z.object({
    ...tusHeader,
    'upload-length': byteCount
      .pipe(z.number().min(1))
      .meta({ description: 'How many bytes the file has.', example: '524288000' }),
    'upload-metadata': z.string().max(8_192).optional().meta({
      description: 'Names with texts in base64: `filename`, `altText`; others are left aside.',
      example: 'filename bmF0YWxlLm1wNA==',
    }),
  }),
  answer: {
    status: 201,
    schema: uploadView,
    description: 'It can be sent.',
    headers: { location: 'Its address.', 'upload-offset': '0', 'upload-expires': 'When it is removed.' },
  },
  refusals: {
    ...tusProblems,
    too_large: commonProblems.too_large,
    too_many_uploads: {
      status: 409,
      title: 'Too many uploads',
      description: 'The tenant’s unfinished uploads come to 20 GB. Finish or delete some, or wait until they expire.',
      example: { limitBytes: maxTenantBytes },
    },
  },
  audit: null,
  handle: async ({ trx, caller, headers, now, refuse }) => {
    requireTus(headers['tus-resumable']);
    const length = headers['upload-length'];
    if (length > maxUploadBytes) throw fileTooLarge(maxUploadBytes);
    const metadata = parseMetadata(headers['upload-metadata']);
    const { tenantId, userId: by } = caller;
    await lockUploads(trx, tenantId);
    if ((await sumUploads(trx, now)) + length > maxTenantBytes) {
      throw refuse('too_many_uploads', { extensions: { limitBytes: maxTenantBytes } });
    }
    const id = newId<UploadId>();
    await insertUpload(trx, {
      tenantId,
      id,
      fileName: fileNameOf(metadata.get('filename') ?? ''),
      altText: altTextOf(metadata.get('altText')),
      length,
      by,
      now,
      expiresAt: new Date(now.getTime() + lifetimeMs),
    });
    const upload = await selectUpload(trx, { id, by, now, lock: 'none' });
    if (upload === null) throw new Error('an upload that was written in this transaction cannot be read');
    return answer(presentUpload(upload), { location: `${tusPath}/${id}`, ...standing(upload) });
  },
});
