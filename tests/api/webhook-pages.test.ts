import { expect, test } from 'vitest';
import type { CallAnswer } from '../support/api.ts';
import { callRunning } from '../support/running-api.ts';

test('Graph’s question is answered in its own words, as plain text', async () => {
  const asked = await post('microsoft_mail?validationToken=Validation%3A%20%3Cb%3E', '');
  expect([
    asked.status,
    asked.body,
    asked.headers.get('content-type'),
    asked.headers.get('x-content-type-options'),
  ]).toEqual([200, 'Validation: <b>', 'text/plain; charset=utf-8', 'nosniff']);
});

test.each([
  ['meta', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }],
  ['meta', {}],
  ['x', { 'x-twitter-webhooks-signature': 'sha256=AAAA' }],
  ['meta-deauthorize', { 'content-type': 'application/x-www-form-urlencoded' }],
])('%s: what is not signed by the network is refused: %j', async (name, headers) => {
  const { status, body } = await post(name, '{"signed_request":"x.y"}', headers);
  expect([status, body.type]).toEqual([401, '/problems/unauthenticated']);
});

test('a body of more than three megabytes is not read', async () => {
  const { status, body } = await post('microsoft_mail', 'x'.repeat(3_145_729));
  expect([status, body]).toMatchObject([413, { type: '/problems/too-large', limitBytes: 3_145_728 }]);
});

test('what cannot be read is said to be so', async () => {
  for (const sent of ['', '{', '{"value":1}']) {
    const { status, body } = await post('microsoft_mail', sent);
    expect([status, body.type]).toEqual([400, '/problems/malformed']);
  }
});

test('an address that no network was given is none', async () => {
  expect((await post('linkedin', '{}')).status).toBe(404);
});

test('a receipt that is not ours is no page', async () => {
  const day = new Date().toISOString().slice(0, 10);
  for (const receipt of ['x', `${day}.${'0'.repeat(32)}`, `${day}.`]) {
    expect((await callRunning(`/webhooks/deletions/${receipt}`, { as: null })).status).toBe(404);
  }
});

function post(name: string, body: string, headers: Record<string, string> = {}): Promise<CallAnswer> {
  return callRunning(`/webhooks/${name}`, { as: null, method: 'POST', body, headers });
}
