import { z } from 'zod';
import { selectMediaPage } from '../../db/media.ts';
import type { MediaId } from '../../domain/ids.ts';
import { defineRoute } from '../define-route.ts';
import { cursorCodec, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { id } from '../schemas.ts';
import { listedMedia, presentListed } from './media-view.ts';

const cursors = cursorCodec('media', id<MediaId>('The last file of the page before.'));

export const listMedia = defineRoute({
  method: 'get',
  path: '/v1/media',
  tag: 'Media',
  summary: 'List media',
  description: 'Uploaded images of the tenant, newest first. Read one to get addresses of its files.',
  permission: 'post.read',
  query: z.strictObject(pageQuery),
  answer: { status: 200, schema: pageOf(listedMedia), description: 'A page of media.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, query }) => {
    const rows = await selectMediaPage(trx, { before: cursors.decode(query.cursor), limit: query.limit });
    const positionOf = (row: (typeof rows)[number]) => row.id;
    return answer(pageFrom(rows, query.limit, { codec: cursors, positionOf, present: presentListed }));
  },
});
