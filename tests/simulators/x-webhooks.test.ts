import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { seedApp } from '../../simulators/seed.ts';
import { x } from '../../simulators/x/network.ts';
import { xAccounts } from '../../simulators/x/seeds.ts';
import { held, oneNetwork, refusalOf } from './connectors/one-network.ts';
import { send } from './support/http.ts';

const [aurora] = xAccounts;
const page = held(
  { accessToken: 'x', refreshToken: null, expiresAt: null, consentExpiresAt: null, scopes: null },
  { externalId: aurora.externalId, accessToken: null, details: {} },
);

test('a watch makes X tell of everybody who takes our access back, signed with the consumer secret', async () => {
  const { watch, consent, control, receiver } = await watching();
  const { id, expiresAt } = await watch();
  expect(expiresAt).toBeNull();
  expect(receiver.checks).toBe(1);

  await consent();
  await control(`/people/${aurora.externalId}/revoke`, { method: 'POST' });
  const [event] = receiver.events;
  expect(JSON.parse(event?.body ?? '')).toEqual({
    data: {
      event_uuid: expect.any(String),
      filter: {},
      event_type: 'oauth.revoke',
      payload: { date_time: expect.any(String), user_id: aurora.externalId, app_id: '29000001' },
    },
  });
  expect(event?.signature).toBe(signature(event?.body ?? ''));
  expect(id).toMatch(/^\d+$/);
});

test('a repeated watch keeps the one webhook and the one subscription', async () => {
  const { watch, receiver, control } = await watching();
  const first = await watch();
  expect(await watch()).toEqual(first);
  expect(receiver.checks).toBe(1);
  const made = await control('/requests?method=POST');
  expect(made.body).toHaveLength(2);
});

test('a webhook that has failed its check is checked again and sent events again', async () => {
  const { watch, receiver, asApp } = await watching();
  const first = await watch();
  receiver.secret = 'another';
  const [webhook] = (await asApp('/2/webhooks')).body['data'] ?? [];
  const checked = await asApp(`/2/webhooks/${webhook?.['id']}`, 'PUT');
  expect(checked.body).toMatchObject({ errors: [{ message: expect.stringContaining('CrcValidationFailed') }] });
  expect((await asApp('/2/webhooks')).body['data']).toMatchObject([{ valid: false }]);

  receiver.secret = seedApp.x.consumerSecret;
  expect(await watch()).toEqual(first);
  expect((await asApp('/2/webhooks')).body['data']).toMatchObject([{ valid: true }]);
});

test('X registers nobody who does not know the consumer secret, and no address that it could not reach', async () => {
  const { watch, receiver, connector } = await watching();
  receiver.secret = 'another';
  const { said, meaning } = await refusalOf(watch());
  expect(said).toMatchObject({ status: 400, code: 'invalid-request' });
  expect(said?.message).toContain('CrcValidationFailed');
  expect(meaning).toEqual({ class: 'unknown', grantProblem: null });
  const unreachable = { notificationUrl: 'http://chorally.example/hook', secret: '' };
  const refused = await refusalOf(connector.watch?.(page, unreachable) ?? Promise.resolve());
  expect(refused.said?.message).toContain('UrlValidationFailed');
});

test("what is wrong with the app's own token says nothing about anybody's grant", async () => {
  const { watch, control } = await watching();
  await control('/faults', { json: { match: { operation: 'x.webhook.list' }, action: 'status', status: 401 } });
  expect((await refusalOf(watch())).meaning).toEqual({ class: 'unknown', grantProblem: null });
});

test("an account's token does not reach the app's webhooks, nor the app's token an account", async () => {
  const { asApp, simulator } = await watching();
  const me = await asApp('/2/users/me');
  expect(me).toMatchObject({ status: 403, body: { title: 'Unsupported Authentication' } });
  const headers = { authorization: `Bearer ${aurora.accessToken}` };
  const hooks = await send(`${simulator.url}/2/webhooks`, { headers });
  expect(hooks).toMatchObject({ status: 403, body: { title: 'Unsupported Authentication' } });
});

async function watching() {
  const network = await oneNetwork({ simulated: x, network: 'x', kind: 'oauth' });
  const receiver = await startReceiver();
  const { watch } = network.connector;
  if (watch === null) throw new Error('the app has no token to watch with');
  return {
    ...network,
    receiver,
    watch: () => watch(page, { notificationUrl: receiver.url, secret: '' }),
    asApp: (path: string, method = 'GET') =>
      send(`${network.simulator.url}${path}`, { method, headers: { authorization: `Bearer ${seedApp.x.appToken}` } }),
  };
}

/** Our side of X's webhooks: answers checks and keeps what it is sent. */
async function startReceiver() {
  const receiver = {
    url: '',
    secret: seedApp.x.consumerSecret as string,
    checks: 0,
    events: [] as { body: string; signature: string }[],
  };
  const server = createServer((req, res) => {
    const token = new URL(req.url ?? '', 'http://receiver').searchParams.get('crc_token');
    if (token !== null) {
      receiver.checks += 1;
      res.end(JSON.stringify({ response_token: signature(token, receiver.secret) }));
      return;
    }
    const pieces: Buffer[] = [];
    req.on('data', (piece: Buffer) => pieces.push(piece));
    req.on('end', () => {
      const sent = String(req.headers['x-twitter-webhooks-signature']);
      receiver.events.push({ body: Buffer.concat(pieces).toString('utf8'), signature: sent });
      res.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
  return receiver;
}

const signature = (text: string, secret: string = seedApp.x.consumerSecret): string =>
  `sha256=${createHmac('sha256', secret).update(text).digest('base64')}`;
