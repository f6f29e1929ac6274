import { z } from 'zod';
import {
  countUnread,
  readAllNotifications,
  type Reader,
  readNotification,
  selectNotifications,
} from '../../db/notification-list.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { cursorCodec, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer, type Caller } from '../route-context.ts';
import { notificationId, notificationView, presentNotification } from './notification-view.ts';

const cursors = cursorCodec('notifications', notificationId);

const listNotifications = defineRoute({
  method: 'get',
  path: '/v1/notifications',
  tag: 'Notifications',
  summary: 'List notifications',
  description:
    'What the caller has to know of posts, connections and campaigns, as far as they may read those: newest first, and how much of it is unread. Each is sent by e-mail as well, once, if the caller has an address.',
  permission: null,
  query: z.strictObject({
    ...pageQuery,
    unread: z
      .stringbool()
      .optional()
      .meta({ description: '`true`: only what has not been read; `false`: only what has.' }),
  }),
  answer: {
    status: 200,
    schema: pageOf(notificationView).extend({
      unread: z.number().int().meta({ description: 'How many the caller has not read, whatever the filter.' }),
    }),
    description: 'A page of notifications.',
  },
  refusals: {},
  audit: null,
  handle: async ({ trx, query, caller }) => {
    const rows = await selectNotifications(trx, {
      reader: readerOf(caller),
      unread: query.unread ?? null,
      before: cursors.decode(query.cursor),
      limit: query.limit,
    });
    const page = pageFrom(rows, query.limit, {
      codec: cursors,
      positionOf: (row) => row.id,
      present: (row) => presentNotification(row, caller),
    });
    return answer({ ...page, unread: await countUnread(trx, readerOf(caller)) });
  },
});

const markRead = defineRoute({
  method: 'post',
  path: '/v1/notifications/{notificationId}/read',
  tag: 'Notifications',
  summary: 'Mark a notification as read',
  description: 'Says that the caller has read it. Saying it again changes nothing.',
  permission: null,
  params: z.strictObject({ notificationId }),
  answer: { status: 200, schema: notificationView, description: 'The notification.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, params, caller, now, refuse }) => {
    const row = await readNotification(trx, { id: params.notificationId, reader: readerOf(caller), now });
    if (row === undefined) throw refuse('not_found');
    return answer(presentNotification(row, caller));
  },
});

const markAllRead = defineRoute({
  method: 'post',
  path: '/v1/notifications/read',
  tag: 'Notifications',
  summary: 'Mark all notifications as read',
  description: 'Says that the caller has read everything that there is until now.',
  permission: null,
  answer: {
    status: 200,
    schema: z.object({ read: z.number().int().meta({ description: 'How many had not been read before.' }) }),
    description: 'How many there were.',
  },
  refusals: {},
  audit: null,
  handle: async ({ trx, caller, now }) =>
    answer({ read: await readAllNotifications(trx, { reader: readerOf(caller), now }) }),
});

function readerOf({ userId, permissions }: Caller): Reader {
  return {
    userId,
    posts: permissions.has('post.read'),
    connections: permissions.has('connection.read'),
    campaigns: permissions.has('campaign.read'),
  };
}

export const notificationRoutes: readonly Route[] = [listNotifications, markAllRead, markRead];
