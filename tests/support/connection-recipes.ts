import type { Belongings } from './foreign-tenant.ts';
import type { Attempt } from './isolation-recipes.ts';

/** What is tried on connections, and on ways to networks. */
export function connectionRecipes(belongings: Belongings): Record<string, readonly Attempt[]> {
  return { ...flowRecipes(belongings), ...singleRecipes(belongings) };
}

/** Ways to networks, for new pages and for those that are connected. */
function flowRecipes({ connectionId, authorizationId }: Belongings): Record<string, readonly Attempt[]> {
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

/** What is tried on single connections. */
function singleRecipes({ connectionId }: Belongings): Record<string, readonly Attempt[]> {
  const path = `/v1/connections/${connectionId}`;
  const command = (name: string, json?: object): Record<string, readonly Attempt[]> => ({
    [`POST /v1/connections/{connectionId}/${name}`]: [
      {
        at: ['path.connectionId'],
        path: `${path}/${name}`,
        call: () => (json === undefined ? {} : { json }),
        outcome: 'missing',
      },
    ],
  });
  // A cursor of such a list holds a slot and an id, neither of which it shows; another tenant's are worth nothing.
  const read = (name: string, list: string): Record<string, readonly Attempt[]> => ({
    [`GET /v1/connections/{connectionId}${name}`]: [
      { at: ['path.connectionId'], path: path + name, outcome: 'missing' },
      {
        at: ['query.cursor'],
        path: `${path}${name}?${new URLSearchParams({ cursor: cursorOf(list, connectionId) })}`,
        outcome: 'missing',
      },
    ],
  });
  return {
    ...read('', 'parked by a connection'),
    ...read('/impact', 'outgoing through a connection'),
    ...command('check'),
    ...command('suspend'),
    ...command('resume', {}),
    ...command('disconnect'),
  };
}

/** A cursor made as the API makes them. */
function cursorOf(list: string, id: string): string {
  return Buffer.from(JSON.stringify([1, list, ['2000-01-01T00:00:00.000Z', id]])).toString('base64url');
}
