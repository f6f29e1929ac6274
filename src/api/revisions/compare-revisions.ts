import { z } from 'zod';
import { type Destination, selectDestinations } from '../../db/post-destination.ts';
import { type RevisionRow, selectRevision } from '../../db/revision-read.ts';
import { contentDifference, type MediaChange } from '../../domain/content-difference.ts';
import type { ConnectionId } from '../../domain/ids.ts';
import { textDifference } from '../../platform/text-difference.ts';
import { defineRoute } from '../define-route.ts';
import { postParams } from '../posts/post-schemas.ts';
import { answer } from '../route-context.ts';
import { differenceView, revisionNumber } from './revision-schemas.ts';

export const compareRevisions = defineRoute({
  method: 'get',
  path: '/v1/posts/{postId}/revisions/difference',
  tag: 'Posts',
  summary: 'Compare two revisions',
  description:
    'What leads from one revision of a post to another, in either direction: texts word by word, media, link, format and targets.',
  permission: 'post.read',
  params: postParams,
  query: z.strictObject({
    from: revisionNumber.meta({ description: 'The revision to start from, by its number.', example: 1 }),
    to: revisionNumber.meta({ description: 'The revision to arrive at.', example: 3 }),
  }),
  answer: { status: 200, schema: differenceView, description: 'The difference.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, params, query, refuse }) => {
    const from = await selectRevision(trx, params.postId, query.from);
    const to = await selectRevision(trx, params.postId, query.to);
    if (from === undefined || to === undefined) throw refuse('not_found');
    const named = [...from.content.targets, ...to.content.targets].map(({ connectionId }) => connectionId);
    return answer(present(from, to, await selectDestinations(trx, named)));
  },
});

function present(
  from: RevisionRow,
  to: RevisionRow,
  pages: ReadonlyMap<ConnectionId, Destination>,
): z.input<typeof differenceView> {
  const { media, link, targets } = contentDifference(from.content, to.content);
  const pageOf = (id: ConnectionId) => {
    const page = pages.get(id);
    if (page === undefined) throw new Error('a revision names a connection that the tenant does not have');
    return { id, name: page.name, network: page.network };
  };
  return {
    from: { revision: from.number, contentHash: from.contentHash },
    to: { revision: to.number, contentHash: to.contentHash },
    identical: from.contentHash === to.contentHash,
    text: [...textDifference(from.content.text, to.content.text)],
    media: presentMedia(media),
    link,
    targets: {
      added: targets.added.map(pageOf),
      removed: targets.removed.map(pageOf),
      changed: targets.changed.map((change) => ({
        connection: pageOf(change.connectionId),
        text: change.text === null ? null : [...textDifference(change.text.from, change.text.to)],
        media: presentMedia(change.media),
        format: change.format,
      })),
    },
  };
}

function presentMedia(change: MediaChange | null) {
  return change === null ? null : { ...change, added: [...change.added], removed: [...change.removed] };
}
