import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { instagramPeople } from '../../simulators/graph/instagram-people.ts';
import { whatsappBusinesses } from '../../simulators/graph/whatsapp-seeds.ts';
import { seedApp } from '../../simulators/seed.ts';
import { graphAs, pageOf, personOf, refusal } from './support/graph.ts';

const [business] = whatsappBusinesses;
const [waba] = business.wabas;
const [instagram] = instagramPeople;

test('a person who removes the app ends every token, and the app is told by signed requests', async () => {
  const { control, call, page } = await graphAs();
  const app = await listeningApp(JSON.stringify({ url: 'https://app.example/d/1', confirmation_code: '1' }));
  const id = personOf.aurora.externalId;

  const urls = { deauthorizeUrl: `${app.url}/deauthorise`, dataDeletionUrl: `${app.url}/delete` };
  const { body: answer } = await control(`/people/${id}/revoke`, { json: urls });

  const said = { status: 200, body: expect.stringContaining('confirmation_code') };
  expect(answer['told']).toEqual([urls.deauthorizeUrl, urls.dataDeletionUrl].map((url) => ({ url, ...said })));
  expect(app.received.map(({ path }) => path)).toEqual(['/deauthorise', '/delete']);
  for (const { body } of app.received) {
    const signed = new URLSearchParams(body).get('signed_request') ?? '';
    expect(payloadOf(signed, seedApp.meta.clientSecret)).toEqual({
      algorithm: 'HMAC-SHA256',
      issued_at: expect.any(Number),
      user_id: id,
    });
  }
  expect(refusal(await call(page))).toEqual({ status: 401, code: 190, subcode: 458 });
  expect(refusal(await call('/me', {}, personOf.aurora.accessToken))).toEqual({ status: 401, code: 190, subcode: 458 });
});

test('an account that removes the app at Instagram is known by its own id, and the other app signs', async () => {
  const { control, call, page } = await graphAs();
  const app = await listeningApp('');
  const id = instagram?.externalId ?? '';

  await control(`/people/${id}/revoke`, { json: { deauthorizeUrl: app.url } });

  const signed = new URLSearchParams(app.received[0]?.body).get('signed_request') ?? '';
  expect(payloadOf(signed, seedApp.instagram.clientSecret)).toMatchObject({ user_id: id });
  // What Facebook granted goes on.
  expect((await call(page)).status).toBe(200);
});

test('a business that uninstalls the app is told as an account update, and its token ends first', async () => {
  const { control, call } = await graphAs();
  const app = await listeningApp('');
  expect((await call(`/${waba.id}`, {}, business.accessToken)).status).toBe(200);

  const restricted = { url: app.url, event: 'ACCOUNT_RESTRICTION', more: { restriction_info: [] } };
  await control(`/whatsapp-accounts/${waba.id}/events`, { json: restricted });
  expect((await call(`/${waba.id}`, {}, business.accessToken)).status).toBe(200);
  await control(`/whatsapp-accounts/${waba.id}/events`, {
    json: { url: app.url, event: 'PARTNER_APP_UNINSTALLED' },
  });

  expect(refusal(await call(`/${waba.id}`, {}, business.accessToken))).toMatchObject({ code: 190, subcode: 458 });
  for (const { body, signature } of app.received) expect(signature).toBe(signatureOf(body));
  const [first, second] = app.received.map(({ body }) => JSON.parse(body) as unknown);
  expect(first).toMatchObject({ entry: [{ changes: [{ value: { event: 'ACCOUNT_RESTRICTION' } }] }] });
  expect(second).toEqual({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: waba.id,
        time: expect.any(Number),
        changes: [
          {
            field: 'account_update',
            value: {
              event: 'PARTNER_APP_UNINSTALLED',
              waba_info: {
                waba_id: waba.id,
                owner_business_id: business.tenant.businessId,
                partner_app_id: seedApp.meta.clientId,
              },
            },
          },
        ],
      },
    ],
  });
});

test('any webhook can be sent, signed or forged', async () => {
  const { control } = await graphAs();
  const app = await listeningApp('EVENT_RECEIVED');
  const entry = [{ id: pageOf.aurora.externalId, time: 1, changes: [{ field: 'feed', value: { item: 'comment' } }] }];

  const honest = await control('/webhooks', { json: { url: app.url, object: 'page', entry } });
  await control('/webhooks', { json: { url: app.url, object: 'page', entry, appSecret: 'somebody else' } });

  expect(honest.body).toEqual({ status: 200, body: 'EVENT_RECEIVED' });
  expect(app.received.map(({ body, signature }) => signature === signatureOf(body))).toEqual([true, false]);
});

test('an address is asked whether it is the app’s, with the token that was agreed', async () => {
  const { control } = await graphAs();
  const app = await listeningApp((query) =>
    query.get('hub.mode') === 'subscribe' && query.get('hub.verify_token') === seedApp.metaWebhooks.verifyToken
      ? (query.get('hub.challenge') ?? '')
      : 'no',
  );

  expect((await control('/webhooks/verify', { json: { url: app.url } })).body).toMatchObject({ echoed: true });
  const other = await control('/webhooks/verify', { json: { url: app.url, verifyToken: 'guessed' } });
  expect(other.body).toEqual({ status: 200, body: 'no', echoed: false });
});

test('nobody who is not there removes an app, and no account that is not there is updated', async () => {
  const { control } = await graphAs();
  expect((await control('/people/1/revoke', { method: 'POST' })).status).toBe(404);
  const update = { url: 'http://localhost:9', event: 'ACCOUNT_DELETED' };
  expect((await control('/whatsapp-accounts/1/events', { json: update })).status).toBe(404);
});

const signatureOf = (body: string): string =>
  `sha256=${createHmac('sha256', seedApp.meta.clientSecret).update(body).digest('hex')}`;

/** What a signed request says, if Meta wrote it. */
function payloadOf(signed: string, secret: string): unknown {
  const [proof = '', payload = ''] = signed.split('.');
  expect(Buffer.from(proof, 'base64url')).toEqual(createHmac('sha256', secret).update(payload).digest());
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
}

interface Received {
  readonly path: string;
  readonly body: string;
  readonly signature: string | null;
}

/** An app that answers the same, or by the query, and remembers what it was sent. */
async function listeningApp(says: string | ((query: URLSearchParams) => string)) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://local');
      const signature = request.headers['x-hub-signature-256'];
      const body = Buffer.concat(chunks).toString('utf8');
      received.push({ path: url.pathname, body, signature: typeof signature === 'string' ? signature : null });
      response.end(typeof says === 'string' ? says : says(url.searchParams));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}
