import { z } from 'zod';
import type { Storage } from '../../platform/storage.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { maxUploadBytes } from '../media/taken-files.ts';
import { answer } from '../route-context.ts';
import { receiveBytes, type Sent, sendingProblems } from './receive-bytes.ts';
import { byteCount, tusHeader, tusPath, tusProblems } from './tus.ts';
import { standing, uploadParams } from './upload-view.ts';

export function sendBytes({ storage }: { storage: Storage }): Route {
  return defineRoute({
    method: 'patch',
    path: `${tusPath}/{uploadId}`,
    tag: 'Media',
    summary: 'Send bytes of an upload',
    description:
      'Adds bytes to an upload of the caller’s own, from `Upload-Offset` on: all that are left or fewer. What has arrived when the connection breaks is kept, in steps of 8 MB, even if the server is lost: HEAD says where to go on. The latest request for an upload ends earlier ones.',
    permission: 'media.write',
    params: uploadParams,
    headers: z.object({
      ...tusHeader,
      'upload-offset': byteCount.meta({ description: 'The byte that the body begins with.', example: '0' }),
    }),
    body: z.custom<Sent>(),
    upload: {
      contentType: 'application/offset+octet-stream',
      maxBytes: maxUploadBytes,
      schema: z.string().meta({ format: 'binary', description: 'The bytes.' }),
      receive: async (stream, about) => ({
        body: await receiveBytes(storage, stream, about),
        bodyHash: '',
        discard: () => Promise.resolve(),
      }),
    },
    answer: {
      status: 204,
      schema: z.null(),
      description: 'They are stored.',
      headers: { 'upload-offset': 'How many bytes are stored by now.', 'upload-expires': 'When it is removed.' },
    },
    refusals: { ...tusProblems, ...sendingProblems },
    audit: null,
    handle: async ({ body }) => answer(null, standing(body)),
  });
}
