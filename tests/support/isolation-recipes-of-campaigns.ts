import type { Belongings } from './foreign-tenant.ts';
import type { Attempt } from './isolation-recipes.ts';

/** What is tried on campaigns: to name another tenant's, and to name its contacts, numbers and templates in one's own. */
export function campaignRecipes(foreign: Belongings, own: Belongings): Record<string, readonly Attempt[]> {
  const { campaign, connectionId, cursors, userId } = foreign;
  const path = `/v1/campaigns/${campaign.id}`;
  const reach = (method: string, rest: string, json?: object): Record<string, readonly Attempt[]> => ({
    [`${method} /v1/campaigns/{campaignId}${rest}`]: [
      {
        at: ['path.campaignId'],
        path: path + rest,
        call: () => (json === undefined ? {} : { json }),
        outcome: 'missing',
      },
    ],
  });
  const command = (name: string, json?: object) => reach('POST', `/${name}`, json);
  const list = (filter: string, value: string, outcome: Attempt['outcome']): Attempt => ({
    at: [`query.${filter}`],
    path: `/v1/campaigns?${new URLSearchParams({ [filter]: value })}`,
    outcome,
  });
  const naming = (to: string, headers: Readonly<Record<string, string>>): readonly Attempt[] =>
    Object.entries({
      'body.groupIds': { groupIds: [campaign.contactGroupId] },
      'body.connectionIds': { connectionIds: [connectionId] },
      'body.variants.templateId': { variants: [{ key: 'A', templateId: campaign.templateId }] },
    }).map(([at, named]) => ({
      at: [at],
      path: to,
      call: () => ({ json: { name: 'x', ...named }, headers }),
      outcome: 'refused',
    }));
  const anyVersion = { 'if-match': '*' };
  return {
    'GET /v1/campaigns': [
      list('q', campaign.name, 'nothing'),
      list('createdBy', userId, 'nothing'),
      list('state', 'draft', 'own'),
      list('createdFrom', '2000-01-01T00:00:00Z', 'own'),
      list('createdTo', '2100-01-01T00:00:00Z', 'own'),
      list('cursor', cursors.campaigns, 'own'),
    ],
    'POST /v1/campaigns': naming('/v1/campaigns', {}),
    'PATCH /v1/campaigns/{campaignId}': [
      {
        at: ['path.campaignId'],
        path,
        call: () => ({ json: { name: 'x' }, headers: anyVersion }),
        outcome: 'missing',
      },
      ...naming(`/v1/campaigns/${own.campaign.id}`, anyVersion),
    ],
    'DELETE /v1/campaigns/{campaignId}': [
      { at: ['path.campaignId'], path, call: () => ({ headers: anyVersion }), outcome: 'missing' },
    ],
    ...reach('GET', ''),
    ...reach('GET', '/estimate'),
    ...reach('GET', '/results'),
    ...reach('GET', '/export'),
    'GET /v1/campaigns/{campaignId}/results/series': [
      { at: ['path.campaignId', 'query.bucket'], path: `${path}/results/series?bucket=day`, outcome: 'missing' },
    ],
    'GET /v1/campaign-comparison': [
      {
        at: ['query.ids'],
        path: `/v1/campaign-comparison?ids=${own.campaign.id},${campaign.id}`,
        outcome: 'missing',
      },
    ],
    ...command('submit'),
    ...command('decisions', { verdict: 'approve', contentHash: 'x' }),
    ...command('withdraw'),
    ...command('schedule'),
    ...command('start'),
    ...command('pause'),
    ...command('resume'),
    ...command('cancel'),
    ...command('clone', { name: 'x' }),
    ...command('resend', { name: 'x' }),
    ...command('test-sends', { variant: 'A', to: ['+390212345678'] }),
    ...reach('PUT', '/rate', { ratePerS: 1 }),
    ...reach('PUT', '/cost-cap', { costCap: '1.00' }),
    'GET /v1/campaign-settings': [{ at: [], path: '/v1/campaign-settings', outcome: 'own' }],
    // Nothing foreign can be named; as it is, so that nothing changes in the tenant that all tests share.
    'PUT /v1/campaign-settings': [
      {
        at: [],
        path: '/v1/campaign-settings',
        call: () => ({ json: { monthlyQuota: null, attributionHours: 72 } }),
        outcome: 'own',
      },
    ],
  };
}
