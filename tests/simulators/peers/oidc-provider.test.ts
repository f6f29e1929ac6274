import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash, randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';
import { expect, onTestFinished, test } from 'vitest';
import type { ConsentConnector } from '../../../src/channels/connector.ts';
import { scopesOf } from '../../../src/domain/grant-scopes.ts';
import { seedApps } from '../../support/apps.ts';
import { consentConnectorOf } from '../../support/connectors.ts';
import { networksAt } from '../../support/networks-at.ts';
import { held, redirectUri, refusalOf, renewed } from '../connectors/one-network.ts';

// The simulator of X was written with the connector. A certified authorisation server, which knows neither, holds the
// connector to the standards: code challenge, client authentication, rotation, revocation.

const everyScope = scopesOf('x', 'oauth').map(({ scope }) => scope);
const page = { externalId: 'u1', accessToken: null, details: {} };

test('the connector gets a code with its challenge and tokens with its verifier', async () => {
  const { provider, visit, connector } = await standardServer();
  const { code, codeVerifier } = await visit();
  const stolen = await refusalOf(connector.exchangeCode({ redirectUri, code, codeVerifier: randomVerifier() }));
  expect(stolen.said).toMatchObject({ status: 400, code: 'invalid_grant' });

  const again = await visit();
  const grant = await connector.exchangeCode({ redirectUri, ...again });
  expect(grant.scopes).toEqual(everyScope);
  expect(grant.expiresAt).toBeGreaterThan(Date.now());
  expect(await provider.AccessToken.find(grant.accessToken)).toMatchObject({ accountId: 'u1' });
  const replayed = await refusalOf(connector.exchangeCode({ redirectUri, ...again }));
  expect(replayed.said).toMatchObject({ status: 400, code: 'invalid_grant' });
  expect(codeVerifier).not.toBe(again.codeVerifier);
});

test('a refresh token is spent once; shown again it ends the grant', async () => {
  const { provider, visit, connector } = await standardServer();
  const first = await connector.exchangeCode({ redirectUri, ...(await visit()) });
  const second = await renewed(connector, held(first, page));
  expect(second.refreshToken).not.toBe(first.refreshToken);
  expect(second.scopes).toEqual(everyScope);
  expect(await provider.AccessToken.find(second.accessToken)).toBeDefined();

  const again = await refusalOf(renewed(connector, held(first, page)));
  expect(again.said).toEqual({ status: 400, code: 'invalid_grant', message: 'grant request is invalid' });
  expect(again.meaning).toEqual({ class: 'disconnected', grantProblem: 'gone' });
  const ended = await refusalOf(renewed(connector, held(second, page)));
  expect(ended.meaning).toEqual({ class: 'disconnected', grantProblem: 'gone' });
});

test('what the connector gives back is gone, and giving it back again is no error', async () => {
  const { provider, visit, connector } = await standardServer();
  const grant = await connector.exchangeCode({ redirectUri, ...(await visit()) });
  await connector.revoke?.(held(grant, page));
  expect(await provider.AccessToken.find(grant.accessToken)).toBeUndefined();
  expect(await provider.RefreshToken.find(grant.refreshToken ?? '')).toBeUndefined();
  await connector.revoke?.(held(grant, page));
});

/** An authorisation server at X's paths, at which a person signs in and consents without being asked. */
async function standardServer() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = await providerAt(issuer);
  server.on('request', (req, res) => {
    if (req.url?.startsWith('/interaction/') !== true) return void provider.callback()(req, res);
    void provider.interactionFinished(req, res, { login: { accountId: 'u1' } });
  });
  const connector = consentConnectorOf(networksAt({ x: issuer }).connectors, 'x', 'oauth');
  return { provider, connector, visit: () => visit(connector) };
}

async function providerAt(issuer: string): Promise<Provider> {
  const { id, secret } = seedApps.x;
  const key = await generateKeyPair('RS256', { extractable: true });
  return new Provider(issuer, {
    clients: [
      {
        client_id: id ?? '',
        client_secret: secret ?? '',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    scopes: everyScope,
    routes: { authorization: '/i/oauth2/authorize', token: '/2/oauth2/token', revocation: '/2/oauth2/revoke' },
    features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
    pkce: { required: () => true },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ accountId: 'u1', clientId: id ?? '' });
      grant.addOIDCScope(everyScope.join(' '));
      await grant.save();
      return grant;
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    jwks: { keys: [await exportJWK(key.privateKey)] },
    cookies: { keys: ['of-the-test'] },
    ttl: { AccessToken: 7200, RefreshToken: 86_400, Grant: 86_400, Interaction: 600, Session: 600 },
  });
}

const randomVerifier = (): string => randomBytes(32).toString('base64url');

/** Follows the redirects with a browser's cookies, up to the one that leads back to us. */
async function visit(connector: ConsentConnector): Promise<{ code: string; codeVerifier: string }> {
  const codeVerifier = randomVerifier();
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  const cookies = new Map<string, string>();
  let url = new URL(connector.authorizationUrl({ redirectUri, state: 'state-1', codeChallenge }));
  while (!url.href.startsWith(redirectUri)) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`the server answered ${answer.status}: ${await answer.text()}`);
    url = new URL(location, url);
  }
  expect(url.searchParams.get('state')).toBe('state-1');
  return { code: url.searchParams.get('code') ?? '', codeVerifier };
}
