import { z } from 'zod';
import { selectUpload } from '../../db/media-upload.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { tusHeader, tusPath } from './tus.ts';
import { presentUpload, standing, uploadParams, uploadView } from './upload-view.ts';

export const readUpload = defineRoute({
  method: 'get',
  path: `${tusPath}/{uploadId}`,
  tag: 'Media',
  summary: 'Read an upload',
  description:
    'How far an upload of the caller’s own has come. HEAD answers the same in headers: `Upload-Offset` is where to go on after an interruption.',
  permission: 'media.write',
  params: uploadParams,
  headers: z.object(tusHeader),
  answer: {
    status: 200,
    schema: uploadView,
    description: 'The upload.',
    headers: {
      'upload-offset': 'How many bytes are stored.',
      'upload-length': 'How many it will have.',
      'upload-expires': 'When it is removed.',
    },
  },
  refusals: {},
  audit: null,
  handle: async ({ trx, params, caller, now, refuse }) => {
    const upload = await selectUpload(trx, { id: params.uploadId, by: caller.userId, now, lock: 'none' });
    if (upload === null) throw refuse('not_found');
    return answer(presentUpload(upload), standing(upload));
  },
});
