import { expect, it, onTestFinished } from 'vitest';
import { hostsFor } from '../../../src/channels/http/hosts.ts';
import { type Apps, channelRegistry, type Connectors } from '../../../src/channels/registry.ts';
import { seedApps } from '../../support/apps.ts';
import { consentConnectorOf } from '../../support/connectors.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import { everyNetworkAt } from '../../support/networks-at.ts';
import { noon, testHttp } from './channel-http.ts';
import { answer, listen } from './local-server.ts';
import { networkWith } from './network-stub.ts';

it('sends the account to the consent page of Instagram, as the Instagram app', async () => {
  const { connectors } = await networkWith({}, { instagram });

  const url = new URL(
    login(connectors).authorizationUrl({ redirectUri: 'https://app.example/back', state: 's', codeChallenge: null }),
  );

  expect(url.pathname).toBe('/oauth/authorize');
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    client_id: 'ig-app',
    redirect_uri: 'https://app.example/back',
    state: 's',
    response_type: 'code',
  });
  expect(url.searchParams.get('scope')?.split(',')).toContain('instagram_business_content_publish');
});

it.each([
  ['as documented', { data: [{ access_token: 'short', user_id: '1', permissions: 'a,b' }] }],
  ['as met in the field', { access_token: 'short', user_id: 17841400000000, permissions: ['a', 'b'] }],
])('exchanges the code for a token of 60 days: %s', async (_how, body) => {
  const { connectors, network } = await networkWith(
    {
      'POST /oauth/access_token': () => ({ body }),
      'GET /access_token': ({ query }) =>
        query.get('access_token') === 'short' && query.get('grant_type') === 'ig_exchange_token'
          ? { body: { access_token: 'long', token_type: 'bearer', expires_in: 60 } }
          : { status: 400 },
    },
    { instagram },
  );

  const request = { redirectUri: 'https://app.example/back', code: 'c', codeVerifier: null };
  expect(await login(connectors).exchangeCode(request)).toEqual({
    accessToken: 'long',
    refreshToken: null,
    expiresAt: noon + 60_000,
    consentExpiresAt: null,
    scopes: ['a', 'b'],
  });
  expect(Object.fromEntries(new URLSearchParams(network.received[0]?.body.toString()))).toEqual({
    client_id: 'ig-app',
    client_secret: 'ig-secret',
    grant_type: 'authorization_code',
    redirect_uri: 'https://app.example/back',
    code: 'c',
  });
});

it('needs an Instagram app that is configured', async () => {
  const { connectors } = await networkWith({}, { instagram: { id: null, secret: null } });

  const start = async () =>
    login(connectors).authorizationUrl({ redirectUri: 'https://app.example', state: 's', codeChallenge: null });
  expect((await channelErrorOf(start())).message).toContain('no client id and secret');
});

it('an account that logged in at Instagram publishes on the host of Instagram, without a proof of the other app', async () => {
  const body = { data: [{ quota_usage: 0, config: { quota_total: 50, quota_duration: 86_400 } }] };
  const [facebook, own] = await Promise.all(
    [1, 2].map(() => listen((_request, response) => answer(response, 200, body, {}))),
  );
  if (facebook === undefined || own === undefined) throw new Error('a server did not start');
  const hosts = hostsFor({ ...everyNetworkAt(facebook.origin), instagram_login: own.origin });
  const http = testHttp(facebook.origin, { hosts });
  onTestFinished(async () => {
    await http.close();
    await Promise.all([facebook.close(), own.close()]);
  });
  const channels = channelRegistry({ http, clock: () => noon, apps: seedApps });

  await channels.instagram.quota({ externalId: '9', accessToken: 'IGAA-own' });
  await channels.instagram.quota({ externalId: '9', accessToken: 'EAAB-page' });

  expect(own.received.map(({ query }) => query.get('appsecret_proof'))).toEqual([null]);
  expect(facebook.received.map(({ query }) => query.get('appsecret_proof'))).toEqual([expect.any(String)]);
});

const instagram: Apps['instagram'] = { id: 'ig-app', secret: 'ig-secret' };
const login = (connectors: Connectors) => consentConnectorOf(connectors, 'instagram', 'instagram_login');
