import { grantsOf, revokeGrant } from '../kernel/grants.ts';
import type { Network } from '../kernel/simulator.ts';
import type { World } from '../kernel/world.ts';
import { type ControlRoute, parsed } from './route.ts';
import { revocationBody, revocationView } from './schemas.ts';

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
      body: revocationBody,
      status: 200,
      answer: revocationView,
      missing: 'The network has nobody of this id.',
      handle: async (req) => {
        const personId = String(req.params['id']);
        const callbacks = parsed(revocationBody, req.body);
        const grants = grantsOf(world, personId);
        for (const { id } of grants) revokeGrant(world, id);
        const told = await afterRevocation?.(world, { personId, revoked: grants.length, callbacks });
        return { revoked: grants.length, told: told ?? [] };
      },
    },
  ];
}
