import { z } from 'zod';
import { appendEvents } from '../../db/event.ts';
import { lockMedia, selectMedia, selectMediaUses, updateMediaWords } from '../../db/media.ts';
import type { PostStatus } from '../../domain/post.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { altTextOf, fileNameOf, maxAltTextLength, maxFileNameLength } from './file-words.ts';
import { useProblems } from './media-problems.ts';
import { mediaParams, type MediaUrls, mediaView, presentMedia } from './media-view.ts';
import { namedBy } from './named-by.ts';

/** While a post is in one of these, people decide or have decided on what is shown of it. */
const decided: ReadonlySet<PostStatus> = new Set(['in_review', 'approved', 'scheduled', 'publishing']);

export function editMedia({ urls }: { urls: MediaUrls }): Route {
  return defineRoute({
    method: 'patch',
    path: '/v1/media/{mediaId}',
    tag: 'Media',
    summary: 'Edit the words of a file',
    description:
      'Changes the alternative text and the file’s name; the last one to write wins. Readers of a post are given these words, and networks are sent them: so they cannot change while a post that names the file is in review, approved, scheduled or being published.',
    permission: 'media.write',
    params: mediaParams,
    body: z.strictObject({
      altText: z.string().max(maxAltTextLength).nullable().optional().meta({ description: 'Null or empty: none.' }),
      fileName: z.string().trim().min(1).max(maxFileNameLength).optional().meta({
        description: 'By which people recognise it; of a document without alternative text, its title.',
      }),
    }),
    answer: { status: 200, schema: mediaView, description: 'The file as it is now.' },
    refusals: useProblems,
    audit: 'media.edited',
    handle: async ({ trx, params: { mediaId }, body, caller, now, refuse }) => {
      const { tenantId, userId } = caller;
      const before = await lockMedia(trx, mediaId);
      if (before === undefined) throw refuse('not_found');
      const altText = body.altText === undefined ? before.alt_text : altTextOf(body.altText ?? '');
      const fileName = body.fileName === undefined ? before.file_name : fileNameOf(body.fileName);
      if (altText !== before.alt_text || fileName !== before.file_name) {
        const uses = await selectMediaUses(trx, mediaId);
        const open = uses.filter(({ current, status }) => current && decided.has(status));
        if (open.length > 0) throw refuse('in_use', namedBy(open));
        await updateMediaWords(trx, { id: mediaId, altText, fileName });
        const actor = { kind: 'user', id: userId } as const;
        await appendEvents(trx, [
          { tenantId, at: now, kind: 'media.edited', entity: 'media', entityId: mediaId, actor, data: {} },
        ]);
      }
      const row = await selectMedia(trx, mediaId);
      if (row === undefined) throw refuse('not_found');
      return answer(presentMedia(row, { tenantId, urls, now }));
    },
  });
}
