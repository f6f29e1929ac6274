import { z } from 'zod';
import { selectConnection } from '../../db/connection-card.ts';
import { selectParked } from '../../db/connection-impact.ts';
import { defineRoute, type Route } from '../define-route.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { connectionId, connectionView, presentConnection } from './connection-view.ts';
import { presentingTo } from './presenting.ts';
import { positionOf, presentWaiting, waitingCursors, waitingView } from './waiting-view.ts';

const codec = waitingCursors('parked by a connection');

export function showConnection({ urls }: { urls: MediaUrls }): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/connections/{connectionId}',
    tag: 'Connections',
    summary: 'Show a connection',
    description:
      'One page or account, whether it works, and what waits because of it, by slot. `limit` and `cursor` page through what waits.',
    permission: 'connection.read',
    params: z.strictObject({ connectionId }),
    query: z.strictObject(pageQuery),
    answer: {
      status: 200,
      schema: connectionView
        .extend({ parked: pageOf(waitingView) })
        .meta({ id: 'ConnectionInFull', description: 'A connection, and a page of what waits because of it.' }),
      description: 'The connection.',
    },
    refusals: {},
    audit: null,
    handle: async (ctx) => {
      const { trx, params, query, refuse } = ctx;
      const row = await selectConnection(trx, params.connectionId);
      if (row === null) throw refuse('not_found');
      const slice = { after: codec.decode(query.cursor), limit: query.limit };
      const parked = pageFrom(await selectParked(trx, params.connectionId, slice), query.limit, {
        codec,
        positionOf,
        present: presentWaiting,
      });
      return answer({ ...presentConnection(row, presentingTo(ctx, urls)), parked });
    },
  });
}
