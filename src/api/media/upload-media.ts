import { z } from 'zod';
import { appendEvents } from '../../db/event.ts';
import { insertMedia, selectMedia } from '../../db/media.ts';
import type { MediaId } from '../../domain/ids.ts';
import { newId } from '../../platform/new-id.ts';
import type { Storage } from '../../platform/storage.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { type MediaUrls, mediaView, presentMedia } from './media-view.ts';
import { maxFileBytes, receiveUpload, type UploadedFile, uploadProblems } from './receive-upload.ts';

/** What a form needs around its file. */
const formOverheadBytes = 65_536;

const form = z.strictObject({
  file: z.string().meta({ format: 'binary', description: 'A JPEG, PNG, WebP or GIF of at most 20 MB.' }),
  altText: z.string().max(1_000).optional().meta({ description: 'What the image shows, for those who cannot see it.' }),
});

export function uploadMedia({ storage, urls }: { storage: Storage; urls: MediaUrls }): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/media',
    tag: 'Media',
    summary: 'Upload an image',
    description:
      'Takes one image and makes the JPEG rendition that some networks need. Its type is told from its bytes, and it is decoded once, so that a damaged file is found here and not at a network. Uploading the same bytes twice gives two entries on one stored file.',
    permission: 'media.write',
    body: z.custom<UploadedFile>(),
    upload: {
      contentType: 'multipart/form-data',
      maxBytes: maxFileBytes + formOverheadBytes,
      schema: form,
      receive: (stream, { headers, caller }) => receiveUpload(storage, { stream, headers, tenantId: caller.tenantId }),
    },
    answer: { status: 201, schema: mediaView, description: 'The file.', headers: { location: 'Its address.' } },
    refusals: uploadProblems,
    audit: 'media.uploaded',
    handle: async ({ trx, caller, body, now, refuse }) => {
      const { tenantId, userId } = caller;
      const id = newId<MediaId>();
      await insertMedia(trx, { ...body, tenantId, id, by: userId, now });
      await appendEvents(trx, [
        {
          tenantId,
          at: now,
          kind: 'media.uploaded',
          entity: 'media',
          entityId: id,
          actor: { kind: 'user', id: userId },
          data: { sha256: body.original.sha256, mimeType: body.original.mimeType, bytes: body.original.bytes },
        },
      ]);
      const row = await selectMedia(trx, id);
      if (row === undefined) throw refuse('not_found');
      return answer(presentMedia(row, { tenantId, urls, now }), { location: `/v1/media/${id}` });
    },
  });
}
