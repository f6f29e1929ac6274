import { z } from 'zod';
import { type MessagePosition, selectMessages } from '../../db/message.ts';
import { selectThread } from '../../db/thread.ts';
import { defineRoute } from '../define-route.ts';
import { cursorCodec, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { cursorInstant, messageView, presentMessage, presentThread, threadId, threadView } from './message-view.ts';

const cursors = cursorCodec<MessagePosition>('messages', z.tuple([cursorInstant, z.uuid()]));

export const listMessages = defineRoute({
  method: 'get',
  path: '/v1/threads/{threadId}/messages',
  tag: 'Messages',
  summary: 'List the messages of a thread',
  description:
    'What a contact has written and what they were answered, the newest first, with the thread itself. Messages of campaigns are in the results of their campaign; what answers one names it.',
  permission: 'contact.read',
  params: z.strictObject({ threadId }),
  query: z.strictObject(pageQuery),
  answer: {
    status: 200,
    schema: pageOf(messageView).extend({ thread: threadView }),
    description: 'A page of messages.',
  },
  refusals: {},
  audit: null,
  handle: async ({ trx, params, query, now, refuse }) => {
    const thread = await selectThread(trx, params.threadId);
    if (thread === null) throw refuse('not_found');
    const after = cursors.decode(query.cursor);
    const rows = await selectMessages(trx, params.threadId, { after, limit: query.limit });
    const page = pageFrom(rows, query.limit, {
      codec: cursors,
      positionOf: ({ at, id }) => [at.getTime(), id] as const,
      present: (row) => presentMessage(row, now),
    });
    return answer({ ...page, thread: presentThread(thread, now) });
  },
});
