import { z } from 'zod';
import type { World } from '../kernel/world.ts';
import { type ControlRoute, parsed } from './route.ts';
import { publishedQuery, publishedView, requestsQuery, requestView } from './schemas.ts';

export function logRoutes(world: World): ControlRoute[] {
  return [
    {
      method: 'get',
      path: '/published',
      id: 'listPublished',
      summary: 'Every post that was ever public, deleted ones too, in the order of arrival',
      query: publishedQuery,
      status: 200,
      answer: z.array(publishedView),
      handle: (req) => {
        const { network, account, since } = parsed(publishedQuery, req.query);
        return world.publications
          .all()
          .filter((post) => network === undefined || post.network === network)
          .filter((post) => account === undefined || post.account === account)
          .filter((post) => since === undefined || post.receivedAt >= since)
          .map((post) => ({ ...post, deleted: post.deletedAt !== null }));
      },
    },
    {
      method: 'get',
      path: '/requests',
      id: 'listRequests',
      summary: 'Every request that arrived at the network, in the order of arrival',
      query: requestsQuery,
      status: 200,
      answer: z.array(requestView),
      handle: (req) => {
        const { since, method, path, operation, state } = parsed(requestsQuery, req.query);
        return world.log
          .list()
          .filter((request) => since === undefined || request.receivedAt >= since)
          .filter((request) => method === undefined || request.method === method.toUpperCase())
          .filter((request) => path === undefined || request.path.startsWith(path))
          .filter((request) => operation === undefined || request.operation === operation)
          .filter((request) => state === undefined || request.state === state);
      },
    },
  ];
}
