import { z } from 'zod';
import { appendEvents } from '../../db/event.ts';
import { deleteMedia as deleteRow, lockMedia, selectMediaUses } from '../../db/media.ts';
import { selectTemplatesShowing } from '../../db/template-version.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { useProblems } from './media-problems.ts';
import { mediaParams } from './media-view.ts';
import { namedBy } from './named-by.ts';

export const deleteMedia = defineRoute({
  method: 'delete',
  path: '/v1/media/{mediaId}',
  tag: 'Media',
  summary: 'Delete a file',
  description:
    'Removes a file that no version of any post or WhatsApp template names. Its addresses stop working at once; its bytes are removed within a day or two, unless another file has the same.',
  permission: 'media.write',
  params: mediaParams,
  answer: { status: 204, schema: z.null(), description: 'It is gone.' },
  refusals: useProblems,
  audit: 'media.deleted',
  handle: async ({ trx, params: { mediaId }, caller, now, refuse }) => {
    // Locked, so that no post comes to name it meanwhile.
    if ((await lockMedia(trx, mediaId)) === undefined) throw refuse('not_found');
    const uses = await selectMediaUses(trx, mediaId);
    const templates = await selectTemplatesShowing(trx, mediaId);
    if (uses.length > 0 || templates.length > 0) throw refuse('in_use', namedBy(uses, templates));
    await deleteRow(trx, mediaId);
    const { tenantId, userId } = caller;
    const actor = { kind: 'user', id: userId } as const;
    await appendEvents(trx, [
      { tenantId, at: now, kind: 'media.deleted', entity: 'media', entityId: mediaId, actor, data: {} },
    ]);
    return answer(null);
  },
});
