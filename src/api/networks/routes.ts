import { z } from 'zod';
import { networks } from '../../domain/network.ts';
import type { GrantDesk } from '../connections/grant-desk.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { networkView, presentNetwork } from './network-view.ts';

export function networkRoutes({ desk }: { desk: Pick<GrantDesk, 'offer'> }): readonly Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/networks',
      tag: 'Connections',
      summary: 'List the networks',
      description:
        'Every network, whether and how its pages can be connected here, what can be done there, and within which limits.',
      permission: 'connection.read',
      answer: { status: 200, schema: z.object({ items: z.array(networkView) }), description: 'All of them.' },
      refusals: {},
      audit: null,
      handle: () => Promise.resolve(answer({ items: networks.map((network) => presentNetwork(network, desk)) })),
    }),
  ];
}
