import { z } from 'zod';
import { type ConnectionPosition, countConnections, selectConnection, selectConnections } from '../../db/connection.ts';
import { connectionStates } from '../../domain/connection.ts';
import { networks } from '../../domain/network.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { listOf } from '../list-of.ts';
import { cursorCodec, cursorText, pageFrom, pageOf, pageQuery } from '../paging.ts';
import { answer } from '../route-context.ts';
import { checkConnection, type CheckDependencies } from './check-connection.ts';
import { connectionId, connectionView, presentConnection } from './connection-view.ts';
import { editConnection } from './edit-connection.ts';
import { resume, suspend } from './suspend-connection.ts';

const codec = cursorCodec<ConnectionPosition>('connections', z.tuple([cursorText, z.uuid()]));

const counts = z
  .partialRecord(z.enum(connectionStates), z.int())
  .meta({ description: 'How many connections are in each state, whatever `state` filters; none: left out.' });

const listConnections = defineRoute({
  method: 'get',
  path: '/v1/connections',
  tag: 'Connections',
  summary: 'List the connections of the tenant',
  description: 'Pages and accounts by name, with counts per state.',
  permission: 'connection.read',
  query: z.strictObject({
    ...pageQuery,
    network: listOf(networks, 'Only on these networks.'),
    state: listOf(connectionStates, 'Only in these states.'),
  }),
  answer: {
    status: 200,
    schema: pageOf(connectionView).extend({ counts }),
    description: 'A page of connections.',
  },
  refusals: {},
  audit: null,
  handle: async ({ trx, query: { limit, cursor, network, state } }) => {
    const after = codec.decode(cursor);
    const rows = await selectConnections(trx, { networks: network, states: state, after, limit });
    const counted = await countConnections(trx, network);
    const page = pageFrom(rows, limit, {
      codec,
      positionOf: ({ name, id }) => [name, id] as const,
      present: presentConnection,
    });
    return answer({ ...page, counts: Object.fromEntries(counted.map((row) => [row.state, row.count])) });
  },
});

const showConnection = defineRoute({
  method: 'get',
  path: '/v1/connections/{connectionId}',
  tag: 'Connections',
  summary: 'Show a connection',
  description: 'One page or account, and whether it works.',
  permission: 'connection.read',
  params: z.strictObject({ connectionId }),
  answer: { status: 200, schema: connectionView, description: 'The connection.' },
  refusals: {},
  audit: null,
  handle: async ({ trx, params, refuse }) => {
    const row = await selectConnection(trx, params.connectionId);
    if (row === null) throw refuse('not_found');
    return answer(presentConnection(row));
  },
});

export function connectionRoutes(dependencies: CheckDependencies): readonly Route[] {
  return [listConnections, showConnection, editConnection, checkConnection(dependencies), suspend, resume];
}
