import { z } from 'zod';
import { selectAuthor } from '../../db/author.ts';
import { selectThreads, type ThreadPosition } from '../../db/thread.ts';
import { defineRoute } from '../define-route.ts';
import { cursorCodec, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { authorIdOf, cursorInstant, presentThread, threadView } from './message-view.ts';

const cursors = cursorCodec<ThreadPosition>('threads', z.tuple([cursorInstant, z.uuid()]));

export const listThreads = defineRoute({
  method: 'get',
  path: '/v1/authors/{authorId}/threads',
  tag: 'Messages',
  summary: 'List the threads of a contact',
  description:
    'One for each of the tenant’s numbers that the contact has spoken with, the one with the newest message first.',
  permission: 'contact.read',
  params: z.strictObject({ authorId: authorIdOf }),
  query: z.strictObject(pageQuery),
  answer: { status: 200, schema: pageOf(threadView), description: 'A page of threads.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, params, query, now, refuse }) => {
    if ((await selectAuthor(trx, params.authorId)) === null) throw refuse('not_found');
    const after = cursors.decode(query.cursor);
    const rows = await selectThreads(trx, params.authorId, { after, limit: query.limit });
    const page = pageFrom(rows, query.limit, {
      codec: cursors,
      positionOf: ({ last_message_at: at, id }) => [at.getTime(), id] as const,
      present: (row) => presentThread(row, now),
    });
    return answer(page);
  },
});
