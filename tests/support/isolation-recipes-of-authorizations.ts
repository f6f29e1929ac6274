import type { Belongings } from './foreign-tenant.ts';
import type { Attempt } from './isolation-recipes.ts';

/** Ways to networks, for new pages and for those that are connected. */
export function authorizationRecipes({
  connectionId,
  authorizationId,
}: Belongings): Record<string, readonly Attempt[]> {
  const authorization = `/v1/connections/authorizations/${authorizationId}`;
  const renew = (how: 'refresh' | 'transfer'): readonly Attempt[] => [
    {
      at: ['path.connectionId'],
      path: `/v1/connections/${connectionId}/${how}`,
      call: () => ({ json: {} }),
      outcome: 'missing',
    },
  ];
  return {
    'POST /v1/connections/authorizations': [
      {
        at: [],
        path: '/v1/connections/authorizations',
        call: () => ({ json: { network: 'facebook' } }),
        outcome: 'own',
      },
    ],
    'POST /v1/connections/{connectionId}/refresh': renew('refresh'),
    'POST /v1/connections/{connectionId}/transfer': renew('transfer'),
    'GET /v1/connections/authorizations/{authorizationId}': [
      { at: ['path.authorizationId'], path: authorization, outcome: 'missing' },
    ],
    'POST /v1/connections/authorizations/{authorizationId}/selection': [
      {
        at: ['path.authorizationId'],
        path: `${authorization}/selection`,
        call: () => ({ json: { externalIds: ['x'] } }),
        outcome: 'missing',
      },
    ],
  };
}
