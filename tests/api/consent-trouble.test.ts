import { expect, test } from 'vitest';
import { answerConsentPage } from '../../dev/consent.ts';
import { seedTenants } from '../../simulators/seed.ts';
import type { CallAnswer } from '../support/api.ts';
import { grantAt, land } from '../support/consent-at-networks.ts';
import { choose } from '../support/consent-flow.ts';
import { useRealNetworks } from '../support/real-networks.ts';
import { demand } from '../support/running-api.ts';
import { useTenantApi } from '../support/tenant-api.ts';

const [aurora, lariana] = seedTenants;
const person = aurora.metaPerson.externalId;

test.each(['facebook', 'instagram', 'linkedin', 'x', 'youtube', 'microsoft_mail'])(
  '%s: whoever says no has not consented',
  async (network) => {
    const { id, authorizationUrl } = await begin({ network });
    await land(await answerConsentPage(authorizationUrl, { deny: true }));
    expect(await shown(id)).toMatchObject({
      state: 'failed',
      failure: { code: 'denied' },
    });
  },
);

test('a page of another tenant is taken, although its own administrator consents', async () => {
  // A tenant of its own: other tests watch that nothing changes in the seeded ones.
  const own = started();
  const choice = await grantAt(own, { network: 'facebook', kind: 'facebook_login', consent: { person } });
  const { status, body } = await choose(own, choice, [aurora.facebook[0].externalId]);
  expect([status, body.type]).toEqual([409, '/problems/page-taken']);
});

test('a refresh at which somebody else’s pages come back names both, and changes nothing', async () => {
  const { items } = (await demand(200, '/v1/connections?network=facebook', { as: admin })).body;
  const card = items.find((item: { externalId: string }) => item.externalId === aurora.facebook[1]?.externalId);
  const before = (await demand(200, `/v1/connections/${card.id}`, { as: admin })).body;
  const { id, authorizationUrl } = await begin({}, `/v1/connections/${before.id}/refresh`);
  await land(await answerConsentPage(authorizationUrl, { person: lariana.metaPerson.externalId }));
  expect((await shown(id)).failure).toMatchObject({
    code: 'other_page',
    expected: before.name,
    found: [lariana.facebook[0].name, lariana.metaPerson.name],
  });
  expect((await demand(200, `/v1/connections/${before.id}`, { as: admin })).body).toEqual(before);
});

test('a code that was used is refused by the network itself, whoever’s state it comes with', async () => {
  const [first, second] = [await begin({ network: 'facebook' }), await begin({ network: 'facebook' })];
  const back = await answerConsentPage(first.authorizationUrl, { person });
  await land(back);
  back.searchParams.set('state', new URL(second.authorizationUrl).searchParams.get('state') ?? '');
  await land(back);
  expect((await shown(second.id)).failure).toMatchObject({
    code: 'refused',
    providerStatus: 400,
    providerCode: '100/36009',
    providerMessage: 'This authorization code has been used.',
  });
});

const started = useTenantApi({ policy: false, ...useRealNetworks() });
const admin = 'giulia.aurora';

async function begin(json: object, path = '/v1/connections/authorizations'): Promise<CallAnswer['body']> {
  return (await demand(201, path, { as: admin, method: 'POST', json })).body;
}

async function shown(id: string): Promise<CallAnswer['body']> {
  return (await demand(200, `/v1/connections/authorizations/${id}`, { as: admin })).body;
}
