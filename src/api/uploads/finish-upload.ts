import { z } from 'zod';
import { type MediaRow, selectMedia } from '../../db/media.ts';
import { selectUpload, settleUpload, type StoredUpload } from '../../db/media-upload.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { MediaId, TenantId, UploadId } from '../../domain/ids.ts';
import { FileMissing, type ReceivedFile, type Storage } from '../../platform/storage.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { altTextOf, fileNameOf, maxAltTextLength, maxFileNameLength } from '../media/file-words.ts';
import { judgeAndKeep } from '../media/keep-file.ts';
import { fileProblems } from '../media/media-problems.ts';
import { type MediaUrls, mediaView, presentMedia } from '../media/media-view.ts';
import { recordMedia } from '../media/record-media.ts';
import { type ActContext, answer } from '../route-context.ts';
import { joined } from './pieces.ts';
import { tusPath } from './tus.ts';
import { uploadParams } from './upload-view.ts';

const body = z.strictObject({
  fileName: z
    .string()
    .trim()
    .min(1)
    .max(maxFileNameLength)
    .optional()
    .meta({ description: 'Instead of the one sent.' }),
  altText: z.string().max(maxAltTextLength).nullable().optional().meta({ description: 'Instead of the one sent.' }),
});

const refusals = {
  ...fileProblems,
  upload_incomplete: {
    status: 409,
    title: 'Upload incomplete',
    description: 'Some of the bytes that were announced have not arrived yet: `received` of `length`.',
    example: { received: 8_388_608, length: 524_288_000 },
  },
} as const;

type Context = ActContext<{ uploadId: UploadId }, undefined, z.output<typeof body>, keyof typeof refusals>;

export function finishUpload({ storage, urls }: { storage: Storage; urls: MediaUrls }): Route {
  return defineRoute({
    method: 'post',
    path: `${tusPath}/{uploadId}/media`,
    tag: 'Media',
    summary: 'Make media of an upload',
    description:
      'Judges the file that has arrived, exactly as `POST /v1/media` does, and makes media of it. Doing it again answers the same media. A file that is refused stays until it expires or is deleted.',
    permission: 'media.write',
    params: uploadParams,
    body,
    answer: { status: 201, schema: mediaView, description: 'The file.', headers: { location: 'Its address.' } },
    refusals,
    audit: 'media.uploaded',
    act: async (ctx) => {
      const { tenantId } = ctx.caller;
      const row = await mediaOf(ctx, storage);
      return answer(presentMedia(row, { tenantId, urls, now: ctx.now }), { location: `/v1/media/${row.id}` });
    },
  });
}

async function mediaOf(ctx: Context, storage: Storage): Promise<MediaRow> {
  const { caller, params, body: words, now, inTenant, refuse } = ctx;
  const { tenantId, userId: by } = caller;
  const find = (trx: TenantTransaction, lock: 'for update' | 'none') =>
    selectUpload(trx, { id: params.uploadId, by, now, lock });
  const upload = await inTenant((trx) => find(trx, 'none'));
  if (upload === null) throw refuse('not_found');
  if (upload.mediaId !== null) return inTenant(settledMedia(ctx, upload.mediaId));
  const { received, length } = upload;
  if (received < length) throw refuse('upload_incomplete', { extensions: { received, length } });

  const file = await join(storage, tenantId, upload).catch(async (error: unknown) => {
    if (!(error instanceof FileMissing)) throw error;
    return null;
  });
  const kept = file === null ? null : await judgeAndKeep({ storage, tenantId, now, inTenant }, file);
  const row = await inTenant(async (trx) => {
    const current = await find(trx, 'for update');
    if (current === null) throw refuse('not_found');
    // Two requests at once: the first has made media of it, and has thrown the pieces away.
    if (current.mediaId !== null) return settledMedia(ctx, current.mediaId)(trx);
    if (kept === null) throw new Error('a piece of an unfinished upload is missing in the store');
    const fileName = words.fileName === undefined ? upload.fileName : fileNameOf(words.fileName);
    const altText = words.altText === undefined ? upload.altText : altTextOf(words.altText ?? '');
    const made = await recordMedia(trx, { ...kept, fileName, altText, tenantId, by, now });
    await settleUpload(trx, { id: upload.id, mediaId: made.id });
    return made;
  });
  await storage.pieces.drop({ tenantId, uploadId: upload.id });
  return row;
}

function settledMedia({ refuse }: Context, id: MediaId): (trx: TenantTransaction) => Promise<MediaRow> {
  return async (trx) => {
    const row = await selectMedia(trx, id);
    if (row === undefined) throw refuse('not_found');
    return row;
  };
}

function join(storage: Storage, tenantId: TenantId, upload: StoredUpload): Promise<ReceivedFile> {
  const address = { tenantId, uploadId: upload.id };
  return storage.receive(tenantId, joined(storage.pieces, address, upload), { maxBytes: upload.length });
}
