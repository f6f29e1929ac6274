import { expect, test } from 'vitest';
import { seedTenants } from '../../simulators/seed.ts';
import type { CallAnswer } from '../support/api.ts';
import { consentAt } from '../support/consent.ts';
import { callRunning, demand } from '../support/running-api.ts';

const [aurora, lariana] = seedTenants;
const [, , torino] = aurora.facebook;
const [, milano] = aurora.instagram;

test.each([
  ['facebook', torino],
  ['instagram', milano],
] as const)('%s: from the consent page to a page that works, with the real parts', async (network, seeded) => {
  if (seeded === undefined) throw new Error('the seed has no such page');
  const { id, authorizationUrl } = await begin({ network });
  const landed = await land(await consentAt(authorizationUrl, { person: aurora.metaPerson }));
  expect([landed.status, landed.body]).toEqual([200, expect.stringContaining(`"authorizationId":"${id}"`)]);
  const choice = await shown(id);
  expect(choice).toMatchObject({ state: 'selecting_page', grantedBy: aurora.metaPerson.name });
  const found = choice.pages.find((page: { externalId: string }) => page.externalId === seeded.externalId);
  // It is connected already: the same card.
  expect(found).toMatchObject({ refusal: null, connectionId: expect.any(String) });

  const { body } = await demand(200, `/v1/connections/authorizations/${id}/selection`, {
    as: admin,
    method: 'POST',
    json: { externalIds: [seeded.externalId] },
  });
  expect(body.state).toBe('connected');
  const checked = await demand(200, `/v1/connections/${found.connectionId}/check`, { as: admin, method: 'POST' });
  expect(checked.body).toMatchObject({ works: true, connection: { state: 'connected', name: found.name } });
});

test.each(['facebook', 'instagram', 'linkedin'])('%s: whoever says no has not consented', async (network) => {
  const { id, authorizationUrl } = await begin({ network });
  await land(await consentAt(authorizationUrl, { deny: true }));
  expect(await shown(id)).toMatchObject({
    state: 'failed',
    failure: { code: 'denied' },
  });
});

test('a page of another tenant is taken, although its own administrator consents', async () => {
  const as = 'federica.lariana';
  const { id, authorizationUrl } = await begin({ network: 'facebook' }, as);
  await land(await consentAt(authorizationUrl, { person: aurora.metaPerson }));
  const json = { externalIds: [aurora.facebook[0].externalId] };
  const path = `/v1/connections/authorizations/${id}/selection`;
  const { status, body } = await callRunning(path, { as, method: 'POST', json });
  expect([status, body.type]).toEqual([409, '/problems/page-taken']);
});

test('a refresh at which somebody else’s pages come back names both, and changes nothing', async () => {
  const { items } = (await demand(200, '/v1/connections?network=facebook', { as: admin })).body;
  const before = items.find((item: { externalId: string }) => item.externalId === aurora.facebook[1]?.externalId);
  const { id, authorizationUrl } = await begin({}, admin, `/v1/connections/${before.id}/refresh`);
  await land(await consentAt(authorizationUrl, { person: lariana.metaPerson }));
  expect((await shown(id)).failure).toMatchObject({
    code: 'other_page',
    expected: before.name,
    found: [lariana.facebook[0].name],
  });
  expect((await demand(200, `/v1/connections/${before.id}`, { as: admin })).body).toEqual(before);
});

test('a code that was used is refused by the network itself, whoever’s state it comes with', async () => {
  const [first, second] = [await begin({ network: 'facebook' }), await begin({ network: 'facebook' })];
  const back = await consentAt(first.authorizationUrl, { person: aurora.metaPerson });
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

const admin = 'giulia.aurora';

async function begin(json: object, as = admin, path = '/v1/connections/authorizations'): Promise<CallAnswer['body']> {
  return (await demand(201, path, { as, method: 'POST', json })).body;
}

/** A browser follows the network's redirect; nobody is logged in there. */
function land(back: URL): Promise<CallAnswer> {
  return callRunning(back.pathname + back.search, { as: null });
}

async function shown(id: string): Promise<CallAnswer['body']> {
  return (await demand(200, `/v1/connections/authorizations/${id}`, { as: admin })).body;
}
