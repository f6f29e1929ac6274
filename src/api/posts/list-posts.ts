import { z } from 'zod';
import { type ListedPost, postList } from '../../db/post-list.ts';
import { runPrepared } from '../../db/prepared.ts';
import type { ConnectionId, PostId, UserId } from '../../domain/ids.ts';
import { postStatuses } from '../../domain/post.ts';
import { defineRoute } from '../define-route.ts';
import { listOf } from '../list-of.ts';
import { cursorCodec, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { id, instant } from '../schemas.ts';
import { listedPost } from './post-view-schemas.ts';

const cursors = cursorCodec('posts', id<PostId>('The last post of the page before.'));

export const listPosts = defineRoute({
  method: 'get',
  path: '/v1/posts',
  tag: 'Posts',
  summary: 'List posts',
  description: 'Posts of the tenant, newest first. Filters narrow each other; a new post never shifts the pages.',
  permission: 'post.read',
  query: z.strictObject({
    ...pageQuery,
    status: listOf(postStatuses, 'In which states; several separated by commas.'),
    connectionId: id<ConnectionId>('Only posts with this connection among their targets.').optional(),
    authorId: id<UserId>('Only posts that this member created.').optional(),
    text: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'Only posts that say this, in any variant.' }),
    attention: z.stringbool().optional().meta({ description: 'Only posts that wait for a person, or that do not.' }),
    createdFrom: instant('Created then or later.').optional(),
    createdTo: instant('Created earlier than that.').optional(),
    scheduledFrom: instant('Due then or later.').optional(),
    scheduledTo: instant('Due earlier than that.').optional(),
  }),
  answer: { status: 200, schema: pageOf(listedPost), description: 'A page of posts.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, query }) => {
    const page = postList(trx, {
      statuses: query.status,
      connectionId: query.connectionId ?? null,
      authorId: query.authorId ?? null,
      text: query.text ?? null,
      attention: query.attention ?? null,
      created: { from: query.createdFrom ?? null, to: query.createdTo ?? null },
      scheduled: { from: query.scheduledFrom ?? null, to: query.scheduledTo ?? null },
      before: cursors.decode(query.cursor),
      limit: query.limit,
    });
    const rows = await runPrepared(trx, page);
    return answer(pageFrom(rows, query.limit, { codec: cursors, positionOf: (row) => row.id, present }));
  },
});

function present(row: ListedPost): z.input<typeof listedPost> {
  return {
    id: row.id,
    status: row.status,
    version: row.version,
    attention: row.attention,
    missedSlot: row.missed_slot,
    excerpt: row.excerpt,
    mediaIds: [...row.media_ids],
    firstMediaKind: row.first_media_kind,
    targets: [...row.targets],
    author: { id: row.author_id, name: row.author_name },
    scheduledAt: row.scheduled_at?.toISOString() ?? null,
    publishedAt: row.published_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
