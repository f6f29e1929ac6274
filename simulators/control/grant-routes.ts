import { z } from 'zod';
import { grantsOf, revokeGrant } from '../kernel/grants.ts';
import type { Network } from '../kernel/simulator.ts';
import type { World } from '../kernel/world.ts';
import type { ControlRoute } from './route.ts';

/** What people do about their grants on the network itself. */
export function grantRoutes({ afterRevocation }: Network, world: World): ControlRoute[] {
  return [
    {
      method: 'post',
      path: '/people/{id}/revoke',
      id: 'revokeGrants',
      summary: 'Take back all that a person has granted, as they do in their settings',
      description: 'Tokens of a later consent are honoured. Networks that tell apps have told them when this answers.',
      params: { id: "The person's id, as the consent page has it." },
      status: 200,
      answer: z.object({ revoked: z.number().int().describe('How many grants there were.') }),
      handle: async (req) => {
        const personId = String(req.params['id']);
        const grants = grantsOf(world, personId);
        for (const { id } of grants) revokeGrant(world, id);
        if (grants.length > 0) await afterRevocation?.(world, personId);
        return { revoked: grants.length };
      },
    },
  ];
}
