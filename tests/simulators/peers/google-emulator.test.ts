import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmulator } from 'emulate';
import { expect, onTestFinished, test } from 'vitest';
import { seedApp } from '../../../simulators/seed.ts';
import { scopesOf } from '../../../src/domain/grant-scopes.ts';
import { consentConnectorOf } from '../../support/connectors.ts';
import { networksAt } from '../../support/networks-at.ts';
import { identityScopes } from '../connectors/google-cells.ts';
import { held, redirectUri, refusalOf, renewed } from '../connectors/one-network.ts';

const person = { email: 'anna@firma.example', name: 'Anna Riva' };
const mailbox = { externalId: 'unused', accessToken: null, details: {} };
const dayMs = 24 * 60 * 60_000;

/*
 * A stand-in of Google that others wrote. It knows consent, codes with PKCE, refresh, revocation, the person and Gmail's
 * watch; it has no `tokeninfo`, no mailbox profile, and does not end a person's other grants when one is revoked.
 */
test('our connector goes through the consent, refreshes, watches and revokes at an emulator that others wrote', async () => {
  const url = await emulatorAt();
  const connector = consentConnectorOf(networksAt({ gmail: url }).connectors, 'gmail', 'oauth');
  const codeVerifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');

  const visit = async () => {
    const back = await consentAs(connector.authorizationUrl({ redirectUri, state: 'the-state', codeChallenge }));
    expect(back.get('state')).toBe('the-state');
    return back.get('code') ?? '';
  };
  const exchange = (code: string, verifier = codeVerifier) =>
    connector.exchangeCode({ redirectUri, code, codeVerifier: verifier });

  expect(await refusalOf(exchange(await visit(), 'another-browsers-verifier'))).toMatchObject({
    said: { status: 400, code: 'invalid_grant', message: 'PKCE verification failed.' },
    meaning: { class: 'disconnected', grantProblem: 'gone' },
  });
  const grant = await exchange(await visit());
  expect(grant.scopes).toEqual([...identityScopes, ...scopesOf('gmail', 'oauth').map(({ scope }) => scope)]);
  expect(grant.refreshToken).toEqual(expect.any(String));
  expect(await connector.adminProfile(grant)).toMatchObject({ externalId: expect.any(String), name: person.name });

  const before = Date.now();
  const fresh = await renewed(connector, held(grant, mailbox));
  expect(fresh).toMatchObject({ refreshToken: grant.refreshToken, scopes: grant.scopes });
  const watch = await connector.watch?.(held(fresh, mailbox), { notificationUrl: redirectUri, secret: 'a-secret' });
  expect(watch?.id).toBe(seedApp.google.mailTopic);
  expect(watch?.expiresAt).toBeGreaterThanOrEqual(before + dayMs);

  await connector.revoke?.(held(fresh, mailbox));
  expect(await refusalOf(renewed(connector, held(fresh, mailbox)))).toMatchObject({
    said: { status: 400, code: 'invalid_grant', message: 'The refresh token is invalid.' },
    meaning: { class: 'disconnected', grantProblem: 'gone' },
  });
});

/** The emulator, at an address where its paths are Google's own: it has given some of them names of its own. */
async function emulatorAt(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const emulator = await createEmulator({
    service: 'google',
    port,
    seed: {
      google: {
        users: [person],
        oauth_clients: [
          {
            client_id: seedApp.google.clientId,
            client_secret: seedApp.google.clientSecret,
            redirect_uris: [redirectUri],
          },
        ],
      },
    },
  });
  onTestFinished(() => emulator.close());
  const front = createServer((req, res) => {
    const { pathname, search } = new URL(req.url ?? '/', emulator.url);
    const target = new URL((emulatorsPaths[pathname] ?? pathname) + search, emulator.url);
    req.pipe(
      request(target, { method: req.method, headers: req.headers }, (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      }),
    );
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  onTestFinished(() => void front.close());
  return `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
}

const emulatorsPaths: Readonly<Record<string, string>> = {
  '/token': '/oauth2/token',
  '/revoke': '/oauth2/revoke',
  '/v1/userinfo': '/oauth2/v2/userinfo',
};

/** Chooses the person on the emulator's own page. */
async function consentAs(authorizationUrl: string): Promise<URLSearchParams> {
  const page = await (await fetch(authorizationUrl)).text();
  const forms = page.split('<form').slice(1);
  const form = forms.find((each) => each.includes(person.email)) ?? '';
  const body = new URLSearchParams();
  for (const [, name = '', value = ''] of form.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)) {
    body.set(name, value.replaceAll('&amp;', '&'));
  }
  const action = new URL('/o/oauth2/v2/auth/callback', authorizationUrl);
  const sent = await fetch(action, { method: 'POST', body, redirect: 'manual' });
  return new URL(sent.headers.get('location') ?? '').searchParams;
}
