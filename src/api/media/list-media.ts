import { z } from 'zod';
import { selectMediaPage } from '../../db/media.ts';
import type { MediaId } from '../../domain/ids.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { cursorCodec, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { id } from '../schemas.ts';
import { maxFileNameLength } from './file-words.ts';
import { listedMedia, type MediaUrls, presentListed } from './media-view.ts';

const cursors = cursorCodec('media', id<MediaId>('The last file of the page before.'));

export function listMedia({ urls }: { urls: MediaUrls }): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/media',
    tag: 'Media',
    summary: 'List media',
    description: 'Uploaded files of the tenant, newest first. Read one to get addresses of its files.',
    permission: 'post.read',
    query: z.strictObject({
      ...pageQuery,
      kind: z.enum(['image', 'video', 'document']).optional().meta({ description: 'Only files of this kind.' }),
      search: z
        .string()
        .min(1)
        .max(maxFileNameLength)
        .optional()
        .meta({ description: 'Part of the file’s name, in any case.', example: 'natale' }),
      unused: z
        .enum(['true', 'false'])
        .optional()
        .transform((value) => (value === undefined ? null : value === 'true'))
        .meta({ description: '`true`: only files that no post names; `false`: only those that one does.' }),
    }),
    answer: { status: 200, schema: pageOf(listedMedia), description: 'A page of media.' },
    refusals: {},
    audit: null,
    handle: async ({ trx, query, caller, now }) => {
      const { kind = null, search = null, unused, limit } = query;
      const rows = await selectMediaPage(trx, { before: cursors.decode(query.cursor), limit, kind, search, unused });
      const positionOf = (row: (typeof rows)[number]) => row.id;
      const present = (row: (typeof rows)[number]) => presentListed(row, { tenantId: caller.tenantId, urls, now });
      return answer(pageFrom(rows, limit, { codec: cursors, positionOf, present }));
    },
  });
}
