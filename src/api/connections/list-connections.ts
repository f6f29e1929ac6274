import { z } from 'zod';
import { type ConnectionPosition, connectionCards, countConnections } from '../../db/connection-card.ts';
import { badge, badges, type ConnectionState, connectionStates } from '../../domain/connection.ts';
import { networks } from '../../domain/network.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { listOf } from '../list-of.ts';
import type { MediaUrls } from '../media/media-view.ts';
import { cursorCodec, cursorText, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { adminProfileId, connectionView, presentConnection } from './connection-view.ts';
import { presentingTo } from './presenting.ts';

const codec = cursorCodec<ConnectionPosition>('connections', z.tuple([cursorText, z.uuid()]));

const counts = z.partialRecord(z.enum(connectionStates), z.int()).meta({
  description: 'How many connections are in each state, whatever `state` and `badge` filter; none: left out.',
});

const badgeCounts = z
  .record(z.enum(badges), z.int())
  .meta({ description: 'The same by badge, whatever `state` and `badge` filter.' });

export function listConnections({ urls }: { urls: MediaUrls }): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/connections',
    tag: 'Connections',
    summary: 'List the connections of the tenant',
    description:
      'A card for each page or account that is connected or ever was, by name, with counts per state and badge. `badge=connected,refresh` leaves out what no longer works.',
    permission: 'connection.read',
    query: z.strictObject({
      ...pageQuery,
      network: listOf(networks, 'Only on these networks.'),
      state: listOf(connectionStates, 'Only in these states.'),
      badge: listOf(badges, 'Only with these badges.'),
      adminProfileId: adminProfileId.optional(),
      q: z.string().trim().min(1).max(200).optional().meta({ description: 'Part of the name, in any case.' }),
      suspended: z
        .stringbool()
        .optional()
        .meta({ description: '`true`: only those that are suspended; `false`: only the others.' }),
    }),
    answer: {
      status: 200,
      schema: pageOf(connectionView).extend({ counts, badgeCounts }),
      description: 'A page of connections.',
    },
    refusals: {},
    audit: null,
    handle: async (ctx) => {
      const { trx, query } = ctx;
      const filter = {
        networks: query.network,
        adminProfileId: query.adminProfileId ?? null,
        search: query.q ?? null,
        suspended: query.suspended ?? null,
      };
      const counted = await countConnections(trx, filter);
      const states = wantedStates(query);
      const rows =
        states === 'none'
          ? []
          : await connectionCards(trx, filter, {
              states,
              after: codec.decode(query.cursor),
              limit: query.limit,
            }).execute();
      const presenting = presentingTo(ctx, urls);
      const page = pageFrom(rows, query.limit, {
        codec,
        positionOf: ({ name, id }) => [name, id] as const,
        present: (row) => presentConnection(row, presenting),
      });
      return answer({
        ...page,
        counts: Object.fromEntries(counted.map((row) => [row.state, row.count])),
        badgeCounts: byBadge(counted),
      });
    },
  });
}

/** The states that both filters let pass. */
function wantedStates({
  state,
  badge: wanted,
}: {
  state: readonly ConnectionState[];
  badge: readonly string[];
}): readonly ConnectionState[] | 'none' {
  if (wanted.length === 0) return state;
  const both = connectionStates.filter(
    (candidate) => wanted.includes(badge(candidate)) && (state.length === 0 || state.includes(candidate)),
  );
  return both.length === 0 ? 'none' : both;
}

function byBadge(counted: readonly { state: ConnectionState; count: number }[]) {
  const total = { connected: 0, refresh: 0, disconnected: 0 };
  for (const { state, count } of counted) total[badge(state)] += count;
  return total;
}
