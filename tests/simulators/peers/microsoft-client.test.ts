import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, GraphError, HTTPMessageHandler } from '@microsoft/microsoft-graph-client';
import { createEmulator } from 'emulate';
import { expect, onTestFinished, test } from 'vitest';
import { answerConsentPage } from '../../../dev/consent.ts';
import { freePort } from '../../../dev/free-port.ts';
import { microsoft } from '../../../simulators/microsoft/network.ts';
import { seedMailUsers } from '../../../simulators/microsoft/seeds.ts';
import { seedApp } from '../../../simulators/seed.ts';
import type { HeldGrant } from '../../../src/channels/connector.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import { consentConnectorOf } from '../../support/connectors.ts';
import { networksAt } from '../../support/networks-at.ts';
import { simulate } from '../connectors/one-network.ts';

const { aurora, unlicensed } = seedMailUsers;
const redirectUri = 'http://localhost:7300/callback/microsoft_mail';
const codeVerifier = randomBytes(32).toString('base64url');
const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');

test("Microsoft's own client reads person, inbox and subscriptions, and understands every refusal", async () => {
  const { simulator, connectors, control } = await simulate(microsoft);
  const connector = consentConnectorOf(connectors, 'microsoft_mail', 'oauth');
  const signedIn = async (person: string) => {
    const url = connector.authorizationUrl({ redirectUri, state: 'state', codeChallenge });
    const code = (await answerConsentPage(url, { person })).searchParams.get('code') ?? '';
    const { accessToken } = await connector.exchangeCode({ redirectUri, code, codeVerifier });
    return graphAs(simulator.url, accessToken);
  };
  const graph = await signedIn(aurora.id);
  const { id, name: displayName, mail } = aurora;
  expect(await graph('/me').get()).toMatchObject({ id, displayName, mail, userPrincipalName: mail });
  expect(await graph('/me/mailFolders/inbox').select('id').get()).toMatchObject({ displayName: 'Inbox' });
  expect(await graph('/subscriptions').get()).toEqual({ value: [] });

  const tooLong = new Date(Date.now() + 8 * 24 * 60 * 60_000).toISOString();
  const wish = { changeType: 'created', resource: 'me/messages', notificationUrl: 'http://127.0.0.1:9/' };
  const refused = (question: Promise<unknown>) => question.then(() => null, shownOf);
  expect(await refused(graph('/subscriptions').post({ ...wish, expirationDateTime: tooLong }))).toEqual({
    statusCode: 400,
    code: 'InvalidRequest',
    message: 'Subscription expiration can only be 10080 minutes in the future.',
  });
  expect(await refused((await signedIn(unlicensed.id))('/me/mailFolders/inbox').get())).toMatchObject({
    statusCode: 404,
    code: 'MailboxNotEnabledForRESTAPI',
  });
  expect(await refused(graphAs(simulator.url, 'nobodys')('/me').get())).toMatchObject({
    statusCode: 401,
    code: 'InvalidAuthenticationToken',
  });
  await control('/faults', {
    json: { match: { operation: 'microsoft.me.read' }, action: 'status', status: 503 },
  });
  expect(await refused(graph('/me').get())).toMatchObject({ statusCode: 503, code: 'ServiceUnavailable' });
});

test('our connector exchanges codes and refreshes at a login service that others wrote', async () => {
  const url = await loginOfOthers();
  const connector = consentConnectorOf(networksAt({ microsoft_mail: url }).connectors, 'microsoft_mail', 'oauth');
  const code = await codeFrom(url, connector.authorizationUrl({ redirectUri, state: 'state', codeChallenge }));
  const grant = await connector.exchangeCode({ redirectUri, code, codeVerifier });
  expect(grant.expiresAt).toBeGreaterThan(Date.now());
  expect(await connector.adminProfile(grant)).toMatchObject({ name: 'Test User' });

  const held: HeldGrant = { ...grant, externalId: 'a', details: {} };
  const fresh = await connector.refresh?.(held);
  expect(fresh?.refreshToken).not.toBe(grant.refreshToken);
  // Theirs spends a refresh token; that is a grant that is gone.
  expect(await channelErrorOf(connector.refresh?.(held))).toMatchObject({
    class: 'disconnected',
    grantProblem: 'gone',
    provider: { status: 400, code: 'invalid_grant' },
  });
  expect(await channelErrorOf(connector.exchangeCode({ redirectUri, code, codeVerifier }))).toMatchObject({
    provider: { status: 400, code: 'invalid_grant' },
  });
});

/** Their pages and ours differ in the tenant, which Microsoft has in the path and they do not. */
async function loginOfOthers(): Promise<string> {
  const { clientId, clientSecret } = seedApp.microsoft;
  const emulator = await createEmulator({
    service: 'microsoft',
    port: await freePort(),
    seed: {
      microsoft: {
        oauth_clients: [
          { client_id: clientId, client_secret: clientSecret, name: 'Chorally', redirect_uris: [redirectUri] },
        ],
      },
    },
  });
  const proxy = createServer(async (req, res) => {
    const body = await new Response(req).text();
    const answer = await fetch(emulator.url + (req.url ?? '/').replace(/^\/organizations\//, '/'), {
      method: req.method ?? 'GET',
      headers: Object.entries(req.headers).filter((header): header is [string, string] =>
        ['authorization', 'content-type'].includes(header[0]),
      ),
      ...(body === '' ? {} : { body }),
      redirect: 'manual',
    });
    const { status, headers } = answer;
    res.writeHead(status, Object.fromEntries(headers)).end(await answer.text());
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(async () => {
    proxy.close();
    await emulator.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

/** Presses the first person's button on their page. */
async function codeFrom(url: string, authorizationUrl: string): Promise<string> {
  const html = await (await fetch(authorizationUrl)).text();
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  const pairs = fields.map(([, name = '', value = '']) => [name, value.replaceAll('&amp;', '&')] as const);
  const body = new URLSearchParams(Object.fromEntries(pairs));
  const sent = await fetch(`${url}/oauth2/v2.0/authorize/callback`, { method: 'POST', body, redirect: 'manual' });
  return new URL(sent.headers.get('location') ?? '').searchParams.get('code') ?? '';
}

/** Its usual chain gives tokens to addresses with https only. */
function graphAs(baseUrl: string, accessToken: string) {
  const client = Client.initWithMiddleware({ baseUrl, middleware: new HTTPMessageHandler() });
  return (path: string) => client.api(path).header('authorization', `Bearer ${accessToken}`);
}

function shownOf(error: unknown) {
  if (!(error instanceof GraphError)) throw error;
  const { statusCode, code, message } = error;
  return { statusCode, code, message };
}
