import type { Operation } from '../kernel/operation.ts';
import type { World } from '../kernel/world.ts';
import { accessDenied } from './errors.ts';
import { authenticate } from './gateway.ts';
import { organization, tenantOfGrant } from './seeds.ts';

/** The member who consented. This part of LinkedIn has no versions. */
export function memberOperations(world: World): Operation[] {
  return [
    {
      name: 'linkedin.member.me',
      method: 'GET',
      path: '/v2/me',
      handle: (call) => {
        const { id } = authenticate(world, call);
        const member = organization(id) === null ? tenantOfGrant(id)?.linkedinPerson : undefined;
        if (member === undefined) throw accessDenied('GET /me');
        const [first = '', ...rest] = member.name.split(' ');
        const body = {
          id: member.externalId,
          localizedFirstName: first,
          localizedLastName: rest.join(' '),
          localizedHeadline: '',
        };
        return { status: 200, body };
      },
    },
  ];
}
