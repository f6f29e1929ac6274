import { describe, expect, it } from 'vitest';
import type { Connectors } from '../../../src/channels/registry.ts';
import { consentConnectorOf } from '../../support/connectors.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import { goneObject, networkWith, type Route } from './network-stub.ts';

describe('taking back what a person granted', () => {
  it('is done by the app itself, for whoever is behind the page’s token', async () => {
    const { connectors, network } = await networkWith({
      'GET /debug_token': token({ is_valid: true, user_id: '7' }),
      'DELETE /7/permissions': () => ({ body: { success: true } }),
    });

    await facebook(connectors).revoke?.(held);

    const [asked, taken] = network.received;
    expect(asked?.query.get('input_token')).toBe('page-token');
    expect([asked, taken].map((request) => request?.headers.authorization)).toEqual([
      'Bearer app|app-secret',
      'Bearer app|app-secret',
    ]);
  });

  it('is done where the token is dead and the grant is not', async () => {
    const { connectors, network } = await networkWith({
      'GET /debug_token': token({ is_valid: false, user_id: '7', error: { code: 190, subcode: 460 } }),
      'DELETE /7/permissions': () => ({ body: true }),
    });

    await facebook(connectors).revoke?.(held);

    expect(network.received.map(({ method }) => method)).toEqual(['GET', 'DELETE']);
  });

  it('of what is gone is success, and of a token that Meta does not know', async () => {
    const gone = await networkWith({
      'GET /debug_token': token({ is_valid: true, user_id: '7' }),
      'DELETE /7/permissions': () => goneObject,
    });
    await facebook(gone.connectors).revoke?.(held);
    const unknown = await networkWith({ 'GET /debug_token': token({ is_valid: false }) });
    await facebook(unknown.connectors).revoke?.(held);
    expect(unknown.network.received).toHaveLength(1);
  });

  it('fails where Meta is in trouble, or does not know us', async () => {
    const { connectors } = await networkWith({
      'GET /debug_token': token({ is_valid: true, user_id: '7' }),
      'DELETE /7/permissions': () => ({ status: 500, body: { error: { code: 1, message: 'no' } } }),
    });
    expect((await channelErrorOf(revoked(connectors))).class).toBe('retry_later');
    const nobody = { id: null, secret: null, graphVersion: 'v25.0', whatsappConfigId: null };
    const unknown = await networkWith({}, { meta: nobody });
    expect((await channelErrorOf(revoked(unknown.connectors))).message).toContain('no client id and secret');
  });
});

describe('which permissions a token has', () => {
  it('is told by Meta, to an app that it knows', async () => {
    const { connectors } = await networkWith({
      'GET /debug_token': token({ is_valid: true, scopes: ['pages_show_list'] }),
    });
    expect(await facebook(connectors).grantedScopes(held)).toEqual(['pages_show_list']);
    const nobody = { id: null, secret: null, graphVersion: 'v25.0', whatsappConfigId: null };
    expect(await facebook((await networkWith({}, { meta: nobody })).connectors).grantedScopes(held)).toBeNull();
  });

  it.each([
    [460, 'disconnected'],
    [463, 'refresh_token'],
    [null, 'refresh_token'],
  ])('is no question of a token that is refused with 190/%s', async (subcode, expected) => {
    const error = { code: 190, ...(subcode === null ? {} : { subcode }) };
    const { connectors } = await networkWith({ 'GET /debug_token': token({ is_valid: false, error, scopes: [] }) });

    expect(await channelErrorOf(facebook(connectors).grantedScopes(held))).toMatchObject({
      class: expected,
      grantProblem: 'gone',
    });
  });
});

it('an app secret that Meta does not take ends no connection', async () => {
  const refused = { error: { code: 190, message: 'Error validating application. Invalid application secret.' } };
  const { connectors } = await networkWith({ 'GET /debug_token': () => ({ status: 400, body: refused }) });

  const ours = { class: 'unknown', grantProblem: null, provider: { status: 400, code: '190' } };
  expect(await channelErrorOf(facebook(connectors).grantedScopes(held))).toMatchObject(ours);
  expect(await channelErrorOf(revoked(connectors))).toMatchObject(ours);
});

describe('subscribing to a page', () => {
  it('keeps what is subscribed already, and leaves out what Meta would refuse everything for', async () => {
    const own = { id: 'app', subscribed_fields: ['ratings', 'messages'] };
    const { connectors, network } = await networkWith({
      'GET /debug_token': token({ is_valid: true, scopes: ['pages_manage_metadata'] }),
      'GET /1/subscribed_apps': () => ({ body: { data: [{ id: 'other', subscribed_fields: ['leadgen'] }, own] } }),
      'POST /1/subscribed_apps': () => ({ body: { success: true } }),
    });

    const wish = { notificationUrl: 'https://app.example', secret: 's' };
    expect(await facebook(connectors).watch?.(held, wish)).toEqual({ id: '1', expiresAt: null });

    expect(network.received.at(-1)?.query.get('subscribed_fields')).toBe('ratings,feed,mention');
  });
});

const held = { externalId: '1', accessToken: 'page-token', details: {}, refreshToken: null, scopes: null };
const facebook = (connectors: Connectors) => consentConnectorOf(connectors, 'facebook', 'facebook_login');
const revoked = async (connectors: Connectors): Promise<void> => facebook(connectors).revoke?.(held);
const token =
  (data: object): Route =>
  () => ({ body: { data } });
