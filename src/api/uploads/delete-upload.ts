import { z } from 'zod';
import { deleteUpload as deleteRow, selectUpload } from '../../db/media-upload.ts';
import type { Storage } from '../../platform/storage.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { requireTus, tusHeader, tusPath, tusProblems } from './tus.ts';
import { uploadParams } from './upload-view.ts';

export function deleteUpload({ storage }: { storage: Storage }): Route {
  return defineRoute({
    method: 'delete',
    path: `${tusPath}/{uploadId}`,
    tag: 'Media',
    summary: 'Give an upload up',
    description: 'Removes an upload of the caller’s own and what has arrived of it. Media that was made of it stays.',
    permission: 'media.write',
    params: uploadParams,
    headers: z.object(tusHeader),
    answer: { status: 204, schema: z.null(), description: 'It is gone.' },
    refusals: tusProblems,
    audit: null,
    act: async ({ params: { uploadId: id }, headers, caller, now, inTenant, refuse }) => {
      requireTus(headers['tus-resumable']);
      const found = await inTenant(async (trx) => {
        const upload = await selectUpload(trx, { id, by: caller.userId, now, lock: 'for update' });
        if (upload !== null) await deleteRow(trx, id);
        return upload;
      });
      if (found === null) throw refuse('not_found');
      await storage.pieces.drop({ tenantId: caller.tenantId, uploadId: id });
      return answer(null);
    },
  });
}
