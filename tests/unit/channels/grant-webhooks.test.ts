import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { WebhookCall } from '../../../src/channels/webhooks/grant-webhook.ts';
import { grantWebhooks, webhookNames } from '../../../src/channels/webhooks/registry.ts';
import { concerns } from '../../../src/domain/grant-notice.ts';
import { seedApp } from '../../../simulators/seed.ts';
import { seedApps } from '../../support/apps.ts';

const verifyToken = seedApp.metaWebhooks.verifyToken;
const webhooks = grantWebhooks({ ...seedApps, meta: { ...seedApps.meta, webhookVerifyToken: verifyToken } });
const hmac = (secret: string, body: string, as: 'hex' | 'base64' | 'base64url') =>
  createHmac('sha256', secret).update(body).digest(as);

describe('a person who removes the app at Meta', () => {
  const request = (secret: string, payload: object) => {
    const encoded = Buffer.from(JSON.stringify(payload)).toString('base64url');
    return post(`signed_request=${hmac(secret, encoded, 'base64url')}.${encoded}`);
  };
  const payload = { algorithm: 'HMAC-SHA256', user_id: '120000000000001', issued_at: 1_764_374_400 };

  it.each([
    ['meta-deauthorize', seedApp.meta.clientSecret, 'meta', 'revoked', 'deauthorize'],
    ['meta-data-deletion', seedApp.meta.clientSecret, 'meta', 'erase', 'data_deletion'],
    ['instagram-deauthorize', seedApp.instagram.clientSecret, 'instagram', 'revoked', 'deauthorize'],
    ['instagram-data-deletion', seedApp.instagram.clientSecret, 'instagram', 'erase', 'data_deletion'],
  ] as const)('is told at %s, signed with the secret of that app alone', (name, secret, family, news, providerCode) => {
    const about = { kind: 'person', family, externalId: payload.user_id };
    expect(webhooks[name](request(secret, payload))).toEqual({
      kind: 'news',
      notices: [{ about, news, providerCode, at: 1_764_374_400_999 }],
    });
    expect(webhooks[name](request('another app’s', payload))).toEqual({ kind: 'forged' });
  });

  it('is not believed when the payload was changed after it was signed', () => {
    const encoded = Buffer.from(JSON.stringify(payload)).toString('base64url');
    const other = Buffer.from(JSON.stringify({ ...payload, user_id: '2' })).toString('base64url');
    const signature = hmac(seedApp.meta.clientSecret, encoded, 'base64url');
    expect(webhooks['meta-deauthorize'](post(`signed_request=${signature}.${other}`))).toEqual({ kind: 'forged' });
    expect(webhooks['meta-deauthorize'](post('signed_request=.'))).toEqual({ kind: 'forged' });
    expect(webhooks['meta-deauthorize'](post(''))).toEqual({ kind: 'forged' });
  });

  it('is not understood in an algorithm that nobody has taught us', () => {
    const unknown = { ...payload, algorithm: 'none' };
    expect(webhooks['meta-deauthorize'](request(seedApp.meta.clientSecret, unknown))).toEqual({ kind: 'unreadable' });
  });
});

describe('WhatsApp’s account_update', () => {
  const delivery = (value: object) =>
    JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ id: '150000000000001', time: 1_764_374_400, changes: [{ field: 'account_update', value }] }],
    });
  const signed = (body: string, secret: string = seedApp.meta.clientSecret) =>
    post(body, { 'x-hub-signature-256': `sha256=${hmac(secret, body, 'hex')}` });

  it.each([
    [{ event: 'PARTNER_APP_UNINSTALLED', waba_info: { waba_id: '7' } }, '7', 'revoked'],
    [{ event: 'PARTNER_REMOVED', waba_info: { waba_id: '7' } }, '7', 'revoked'],
    [{ event: 'ACCOUNT_DELETED' }, '150000000000001', 'revoked'],
    [{ event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'DISABLE' } }, '150000000000001', 'revoked'],
    [{ event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'SCHEDULE_FOR_DISABLE' } }, '150000000000001', 'look'],
    [{ event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'REINSTATE' } }, '150000000000001', 'look'],
  ])('%j is about the account %s: %s', (value, account, news) => {
    const about = { kind: 'detail', network: 'whatsapp', name: 'wabaId', value: account };
    const at = 1_764_374_400_999;
    expect(webhooks.meta(signed(delivery(value)))).toEqual({
      kind: 'news',
      notices: [{ about, news, providerCode: value.event, at }],
    });
  });

  it('is believed with the app’s signature over the very bytes only', () => {
    const body = delivery({ event: 'PARTNER_REMOVED' });
    expect(webhooks.meta(signed(body, 'guessed'))).toEqual({ kind: 'forged' });
    expect(webhooks.meta(post(body))).toEqual({ kind: 'forged' });
    const { headers } = signed(body);
    expect(webhooks.meta({ ...post(`${body} `), headers })).toEqual({ kind: 'forged' });
    expect(webhooks.meta(signed('{'))).toEqual({ kind: 'unreadable' });
  });

  it('comes where Meta has seen the token that we agreed on', () => {
    const asks = (token: string) =>
      get({ 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub.challenge': '1158201444' });
    const words = '1158201444';
    expect(webhooks.meta(asks(verifyToken))).toEqual({ kind: 'handshake', contentType: 'text/plain', words });
    expect(webhooks.meta(asks('guessed'))).toEqual({ kind: 'forged' });
  });
});

describe('X', () => {
  const { consumerSecret } = seedApp.x;
  const payload = { date_time: '2026-11-29T00:00:00.000Z', app_id: '1', user_id: '63046977' };
  const event = (type: string) => JSON.stringify({ data: { event_uuid: '1', filter: {}, event_type: type, payload } });
  const signed = (body: string, secret: string = consumerSecret) =>
    post(body, { 'x-twitter-webhooks-signature': `sha256=${hmac(secret, body, 'base64')}` });

  it('tells that a person took the grant back', () => {
    const about = { kind: 'page', network: 'x', externalId: '63046977' };
    const at = Date.parse(payload.date_time);
    expect(webhooks.x(signed(event('oauth.revoke')))).toEqual({
      kind: 'news',
      notices: [{ about, news: 'revoked', providerCode: 'oauth.revoke', at }],
    });
    expect(webhooks.x(signed(event('post.create')))).toEqual({
      kind: 'news',
      notices: [],
    });
    expect(webhooks.x(signed('{}', 'guessed'))).toEqual({ kind: 'forged' });
  });

  it('is shown that we have the secret', () => {
    const words = JSON.stringify({ response_token: `sha256=${hmac(consumerSecret, 'challenge', 'base64')}` });
    const contentType = 'application/json';
    expect(webhooks.x(get({ crc_token: 'challenge' }))).toEqual({ kind: 'handshake', contentType, words });
    expect(webhooks.x(get({}))).toEqual({ kind: 'forged' });
  });
});

describe('Graph', () => {
  it.each([
    ['reauthorizationRequired', 'look'],
    ['missed', 'look'],
    ['subscriptionRemoved', 'watch_again'],
  ])('tells %s with the secret of the subscription: %s', (lifecycleEvent, news) => {
    const value = [
      { subscriptionId: 'a', clientState: 's', lifecycleEvent },
      { subscriptionId: 'a', clientState: 's' },
    ];
    const about = { kind: 'watch', watchId: 'a', secret: 's' };
    expect(webhooks.microsoft_mail(post(JSON.stringify({ value })))).toEqual({
      kind: 'news',
      notices: [{ about, news, providerCode: lifecycleEvent, at: null }],
    });
  });

  it('hears its question again, unless it is longer than any of its own', () => {
    const asks = (validationToken: string) => ({ ...get({ validationToken }), method: 'POST' as const });
    const answer = { kind: 'handshake', contentType: 'text/plain', words: 'Validation: a & b' };
    expect(webhooks.microsoft_mail(asks('Validation: a & b'))).toEqual(answer);
    expect(webhooks.microsoft_mail(asks('x'.repeat(1_001)))).toEqual({ kind: 'unreadable' });
  });
});

it('takes nothing for genuine where no secret is configured', () => {
  const none = { id: null, secret: null };
  const bare = grantWebhooks({
    ...seedApps,
    meta: { ...seedApps.meta, secret: null, webhookVerifyToken: null },
    instagram: none,
    x: { ...none, consumerSecret: null, appToken: null },
  });
  for (const name of webhookNames.filter((candidate) => candidate !== 'microsoft_mail')) {
    expect(bare[name](post('signed_request=x.y'))).toEqual({ kind: 'forged' });
    expect(bare[name](get({ crc_token: 'x', 'hub.mode': 'subscribe' }))).toEqual({ kind: 'forged' });
  }
});

it('does not hold old news against a grant that is younger', () => {
  expect(concerns(1_000, 999)).toBe(true);
  expect(concerns(1_000, 1_000)).toBe(false);
  expect(concerns(null, 5)).toBe(true);
});

function post(body: string, headers: WebhookCall['headers'] = {}): WebhookCall {
  return { method: 'POST', query: new URLSearchParams(), headers, body: Buffer.from(body) };
}

function get(query: Record<string, string>): WebhookCall {
  return { method: 'GET', query: new URLSearchParams(query), headers: {}, body: Buffer.alloc(0) };
}
