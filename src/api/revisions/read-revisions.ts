import { z } from 'zod';
import { selectPost } from '../../db/post.ts';
import { selectRevision, selectRevisions } from '../../db/revision-read.ts';
import { defineRoute } from '../define-route.ts';
import { cursorCodec, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { postParams } from '../posts/post-schemas.ts';
import { answer } from '../route-context.ts';
import { presentRevisions } from './present-revision.ts';
import { revisionParams, revisionView } from './revision-schemas.ts';

const cursors = cursorCodec('revisions', z.int().min(1));

export const listRevisions = defineRoute({
  method: 'get',
  path: '/v1/posts/{postId}/revisions',
  tag: 'Posts',
  summary: 'List the revisions of a post',
  description:
    'Everything that the post has said, newest first: who saved it and when, which approvals were about it, and which votes were cast on exactly this content.',
  permission: 'post.read',
  params: postParams,
  query: z.strictObject(pageQuery),
  answer: { status: 200, schema: pageOf(revisionView), description: 'A page of revisions.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, params, query, refuse }) => {
    const post = await selectPost(trx, params.postId);
    if (post === undefined) throw refuse('not_found');
    const before = cursors.decode(query.cursor);
    const rows = await selectRevisions(trx, post.id, { before, limit: query.limit });
    const { items, nextCursor } = pageFrom(rows, query.limit, {
      codec: cursors,
      positionOf: (row) => row.number,
      present: (row) => row,
    });
    return answer({ items: await presentRevisions(trx, post, items), nextCursor });
  },
});

export const readRevision = defineRoute({
  method: 'get',
  path: '/v1/posts/{postId}/revisions/{number}',
  tag: 'Posts',
  summary: 'Read a revision',
  description: 'One revision of a post, with what was decided on it.',
  permission: 'post.read',
  params: revisionParams,
  answer: { status: 200, schema: revisionView, description: 'The revision.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, params, refuse }) => {
    const post = await selectPost(trx, params.postId);
    const row = await selectRevision(trx, params.postId, params.number);
    if (post === undefined || row === undefined) throw refuse('not_found');
    const [view] = await presentRevisions(trx, post, [row]);
    if (view === undefined) throw refuse('not_found');
    return answer(view);
  },
});
