import { z } from 'zod';
import { expireAuthorizations, selectAuthorization } from '../../db/connection-authorization.ts';
import { defineRoute } from '../define-route.ts';
import { answer } from '../route-context.ts';
import { authorizationId, authorizationView, presentAuthorization } from './authorization-view.ts';

export const showAuthorization = defineRoute({
  method: 'get',
  path: '/v1/connections/authorizations/{authorizationId}',
  tag: 'Connections',
  summary: 'Show an authorization',
  description:
    'Where one way to a network stands: what the grant reaches and what of it can be chosen, what will not work for want of permissions, or why it came to nothing. Only whoever began it sees it. `authorization.granted` and `authorization.failed` among the events say when to look.',
  permission: 'connection.write',
  params: z.strictObject({ authorizationId }),
  answer: { status: 200, schema: authorizationView, description: 'The authorization.' },
  refusals: {},
  audit: null,
  // Not in a reading transaction: what has expired is forgotten at once.
  act: async ({ params, caller, now, inTenant, refuse }) =>
    inTenant(async (trx) => {
      await expireAuthorizations(trx, now);
      const row = await selectAuthorization(trx, { id: params.authorizationId, userId: caller.userId });
      if (row === null) throw refuse('not_found');
      return answer(await presentAuthorization(trx, row));
    }),
});
