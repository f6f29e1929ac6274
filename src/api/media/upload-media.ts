import { z } from 'zod';
import type { Storage } from '../../platform/storage.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { maxAltTextLength } from './file-words.ts';
import { fileProblems } from './media-problems.ts';
import { type MediaUrls, mediaView, presentMedia } from './media-view.ts';
import { receiveUpload, type UploadedFile } from './receive-upload.ts';
import { recordMedia } from './record-media.ts';
import { maxFormFileBytes } from './taken-files.ts';

/** What a form needs around its file. */
const formOverheadBytes = 65_536;

const form = z.strictObject({
  file: z.string().meta({
    format: 'binary',
    description: 'A JPEG, PNG, WebP, GIF, MP4, MOV, WebM or PDF of at most 20 MB.',
  }),
  altText: z.string().max(maxAltTextLength).optional().meta({
    description: 'What it shows, for those who cannot see it; of a document, its title.',
  }),
});

export function uploadMedia({ storage, urls }: { storage: Storage; urls: MediaUrls }): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/media',
    tag: 'Media',
    summary: 'Upload a file',
    description:
      'Takes one image, film or PDF of at most 20 MB; larger films and PDFs, and whatever must survive a lost connection, go to `/v1/uploads`. Its type is told from its bytes. An image is decoded once and renditions are made of it; of a film the last frame is looked for, of a PDF the last page: so a damaged file is found here and not at a network. Uploading the same bytes twice gives two entries on one stored file.',
    permission: 'media.write',
    body: z.custom<UploadedFile>(),
    upload: {
      contentType: 'multipart/form-data',
      maxBytes: maxFormFileBytes + formOverheadBytes,
      schema: form,
      receive: (stream, about) => receiveUpload(storage, stream, about),
    },
    answer: { status: 201, schema: mediaView, description: 'The file.', headers: { location: 'Its address.' } },
    refusals: fileProblems,
    audit: 'media.uploaded',
    handle: async ({ trx, caller, body, now }) => {
      const { tenantId, userId } = caller;
      const row = await recordMedia(trx, { ...body, tenantId, by: userId, now });
      return answer(presentMedia(row, { tenantId, urls, now }), { location: `/v1/media/${row.id}` });
    },
  });
}
