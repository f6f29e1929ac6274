import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Connectors } from '../../../src/channels/registry.ts';
import { consentConnectorOf, grantOf } from '../../support/connectors.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import { noon } from './channel-http.ts';
import { goneObject, networkWith, photoFile } from './network-stub.ts';

describe('a post on a Facebook page', () => {
  it('is prepared as a photo that nobody sees, and published once with it', async () => {
    const { channels, network } = await networkWith({
      'POST /1/photos': () => ({ body: { id: 'photo' } }),
      'POST /1/feed': () => ({ body: { id: '1_2', permalink_url: 'https://facebook.example/1_2' } }),
    });

    const prepared = await channels.facebook.prepare(page, content, null);
    const published = await channels.facebook.publish(page, content, prepared);

    expect(prepared).toEqual({ state: 'ready', anchor: { kind: 'photo', id: 'photo', madeAt: noon }, parts: [] });
    expect(published).toEqual({ providerPostId: '1_2', permalink: 'https://facebook.example/1_2' });
    const [upload, post] = network.received;
    expect(JSON.parse(upload?.body ?? '')).toEqual({
      url: photoFile.url,
      published: false,
      alt_text_custom: 'Una vetrina',
    });
    expect(JSON.parse(post?.body ?? '')).toEqual({
      message: 'Buongiorno #Roma',
      attached_media: [{ media_fbid: 'photo' }],
      published: true,
    });
  });

  it('is prepared anew only when the photo is old or gone', async () => {
    let uploads = 0;
    const { channels, clock } = await networkWith({
      'POST /1/photos': () => ({ body: { id: `photo-${(uploads += 1)}` } }),
      'GET /photo-1': () => ({ body: { id: 'photo-1' } }),
      'GET /photo-2': () => goneObject,
    });
    const first = await channels.facebook.prepare(page, content, null);

    clock.now = noon + 19 * hourMs;
    expect(await channels.facebook.prepare(page, content, first)).toEqual(first);
    clock.now = noon + 21 * hourMs;
    const second = await channels.facebook.prepare(page, content, first);
    expect(second.anchor?.id).toBe('photo-2');
    expect((await channels.facebook.prepare(page, content, second)).anchor?.id).toBe('photo-3');
  });

  it('does not take a lost photo for a lost page', async () => {
    const gone = { 'POST /1/feed': () => goneObject };
    const own = await networkWith({ ...gone, 'GET /1': () => ({ body: { id: '1', name: 'Bar' } }) });
    const lost = await networkWith({ ...gone, 'GET /1': () => goneObject });
    const prepared = { state: 'ready', anchor, parts: [] } as const;

    expect(await channelErrorOf(own.channels.facebook.publish(page, content, prepared))).toMatchObject({
      class: 'retry_later',
      mayHaveActed: false,
    });
    expect(await channelErrorOf(lost.channels.facebook.publish(page, content, prepared))).toMatchObject({
      class: 'disconnected',
      mayHaveActed: false,
    });
  });

  it('needs no preparation without an image', async () => {
    const { channels } = await networkWith({});

    expect(await channels.facebook.prepare(page, textOnly, null)).toEqual({ state: 'ready', anchor: null, parts: [] });
  });

  it('keeps the token out of the URL and proves that it is ours', async () => {
    const { connectors, network } = await networkWith({ 'GET /1': () => ({ body: { id: '1', name: 'Bar' } }) });

    await facebook(connectors).probe({ ...page, details: {} });

    const [request] = network.received;
    expect(request?.headers.authorization).toBe('Bearer page-token');
    expect(request?.query.get('access_token')).toBeNull();
    const proof = createHmac('sha256', 'app-secret').update('page-token').digest('hex');
    expect(request?.query.get('appsecret_proof')).toBe(proof);
  });

  it('may be out if the success is told in a way that makes no sense', async () => {
    const { channels } = await networkWith({ 'POST /1/feed': () => ({ body: { surprise: true } }) });

    const error = await channelErrorOf(
      channels.facebook.publish(page, textOnly, { state: 'ready', anchor: null, parts: [] }),
    );

    expect(error).toMatchObject({ class: 'unknown', mayHaveActed: true });
  });

  it('is not out if an error comes with status 200', async () => {
    const { channels } = await networkWith({
      'POST /1/feed': () => ({ body: { error: { code: 506, message: 'Duplicate status message' } } }),
    });

    const error = await channelErrorOf(
      channels.facebook.publish(page, textOnly, { state: 'ready', anchor: null, parts: [] }),
    );

    expect(error).toMatchObject({ class: 'content_refused', mayHaveActed: false, refusal: { code: 'duplicate' } });
  });
});

describe('looking for a post whose answer was lost', () => {
  const post = (id: string, message: string, minutes: number, photo: string | null) => ({
    id,
    message,
    created_time: new Date(noon + minutes * 60_000).toISOString().replace('.000Z', '+0000'),
    permalink_url: `https://facebook.example/${id}`,
    ...(photo === null ? {} : { attachments: { data: [{ media_type: 'photo', target: { id: photo } }] } }),
  });

  it('takes the attached photo for proof, whatever the text and the clock', async () => {
    const { channels, network } = await networkWith({
      'GET /1/published_posts': () => ({
        body: { data: [post('1_b', content.text, 1, 'other'), post('1_a', 'Altro testo', -30, 'photo')] },
      }),
    });

    const found = await channels.facebook.findPublished(page, { text: content.text, anchor, parts: [], since: noon });

    expect(found).toEqual([
      {
        providerPostId: '1_a',
        permalink: 'https://facebook.example/1_a',
        matchedBy: 'anchor',
        publishedAt: noon - 30 * 60_000,
      },
    ]);
    expect(network.received[0]?.query.get('since')).toBe(String(noon / 1_000));
  });

  it('takes text and time where there was no photo, and leaves posts with photos alone', async () => {
    const { channels } = await networkWith({
      'GET /1/published_posts': () => ({
        body: {
          data: [
            post('1_d', 'Buongiorno', 1, 'photo'),
            post('1_c', 'Buonasera', 1, null),
            post('1_b', ' Buongiorno\r\n', 1, null),
            post('1_a', 'Buongiorno', -10, null),
          ],
        },
      }),
    });

    const found = await channels.facebook.findPublished(page, {
      text: 'Buongiorno',
      anchor: null,
      parts: [],
      since: noon,
    });

    expect(found.map(({ providerPostId, matchedBy }) => [providerPostId, matchedBy])).toEqual([['1_b', 'text']]);
  });

  it('follows the pages of a long list, with the token sent anew', async () => {
    const { channels, network } = await networkWith({
      'GET /1/published_posts': ({ query }) =>
        query.get('after') === null
          ? {
              body: {
                data: [post('1_a', 'x', 1, null)],
                paging: {
                  next: `https://graph.facebook.com/v25.0/1/published_posts?access_token=page-token&after=1`,
                },
              },
            }
          : { body: { data: [post('1_b', 'Buongiorno', 1, null)] } },
    });

    const found = await channels.facebook.findPublished(page, {
      text: 'Buongiorno',
      anchor: null,
      parts: [],
      since: noon,
    });

    expect(found.map(({ providerPostId }) => providerPostId)).toEqual(['1_b']);
    expect(network.received[1]?.query.get('access_token')).toBeNull();
    expect(network.received[1]?.headers.authorization).toBe('Bearer page-token');
  });

  it('finds nothing where the network shows nothing', async () => {
    const { channels } = await networkWith({ 'GET /1/published_posts': () => ({ body: { data: [] } }) });

    expect(await channels.facebook.findPublished(page, { text: 'x', anchor, parts: [], since: noon })).toEqual([]);
  });
});

describe('a post that is gone', () => {
  it('is reported as gone, and deleting it is success', async () => {
    const { channels } = await networkWith({
      'GET /1_2': () => goneObject,
      'DELETE /1_2': () => goneObject,
      'GET /1': () => ({ body: { id: '1', name: 'Bar' } }),
    });

    expect(await channels.facebook.check(page, '1_2')).toBeNull();
    await channels.facebook.remove(page, '1_2');
  });

  it('is not gone if the token has lost the page', async () => {
    const { channels } = await networkWith({ 'GET /1_2': () => goneObject, 'GET /1': () => goneObject });

    const error = await channelErrorOf(channels.facebook.check(page, '1_2'));

    expect(error).toMatchObject({ class: 'disconnected', grantProblem: 'gone' });
  });
});

describe('connecting a Facebook page', () => {
  it('sends the person to the consent dialog', async () => {
    const { connectors } = await networkWith({});

    const url = new URL(
      facebook(connectors).authorizationUrl({
        redirectUri: 'https://app.example/back',
        state: 's',
        codeChallenge: null,
      }),
    );

    expect(url.pathname).toBe('/v25.0/dialog/oauth');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: 'app',
      redirect_uri: 'https://app.example/back',
      state: 's',
      response_type: 'code',
    });
    expect(url.searchParams.get('scope')?.split(',')).toContain('pages_manage_posts');
  });

  it('exchanges the code for a long-lived token with the permissions that were given', async () => {
    const { connectors } = await networkWith({
      'GET /oauth/access_token': ({ query }) => ({
        body:
          query.get('grant_type') === 'fb_exchange_token' && query.get('fb_exchange_token') === 'short'
            ? { access_token: 'long', expires_in: 60 }
            : { access_token: 'short' },
      }),
      'GET /me/permissions': () => ({
        body: {
          data: [
            { permission: 'pages_manage_posts', status: 'granted' },
            { permission: 'read_insights', status: 'declined' },
          ],
        },
      }),
    });

    expect(
      await facebook(connectors).exchangeCode({
        redirectUri: 'https://app.example/back',
        code: 'c',
        codeVerifier: null,
      }),
    ).toEqual({
      accessToken: 'long',
      refreshToken: null,
      expiresAt: noon + 60_000,
      consentExpiresAt: noon + 90 * 24 * hourMs,
      scopes: ['pages_manage_posts'],
    });
  });

  it('lists each page once, those of the businesses too, and says which it may not act for', async () => {
    const { connectors } = await networkWith({
      'GET /me/accounts': () => ({
        body: {
          data: [
            { id: '1', name: 'Bar', access_token: 't1', picture: { data: { url: 'p' } }, tasks: ['MANAGE'] },
            { id: '4', name: 'Cifre', access_token: 't4', tasks: ['ANALYZE', 'ADVERTISE'] },
            { id: '5', name: 'Nuova', access_token: 't5', tasks: ['PROFILE_PLUS_CREATE_CONTENT'] },
          ],
        },
      }),
      'GET /me/businesses': () => ({ body: { data: [{ id: 'b' }] } }),
      'GET /b/owned_pages': () => ({
        body: {
          data: [
            { id: '1', name: 'Bar', access_token: 't1' },
            { id: '2', name: 'Forno', access_token: 't2' },
            { id: '3', name: 'Altrui' },
          ],
        },
      }),
      'GET /b/client_pages': () => ({ status: 403, body: { error: { code: 10, message: 'no' } } }),
      'GET /me': () => ({ body: { id: '7', name: 'Chiara' } }),
    });

    const pages = await facebook(connectors).listPages(grant, []);

    expect(pages).toEqual([
      { externalId: '1', name: 'Bar', accessToken: 't1', pictureUrl: 'p', details: {}, refusal: null },
      { externalId: '4', name: 'Cifre', accessToken: 't4', pictureUrl: null, details: {}, refusal: 'role_missing' },
      { externalId: '5', name: 'Nuova', accessToken: 't5', pictureUrl: null, details: {}, refusal: null },
      { externalId: '2', name: 'Forno', accessToken: 't2', pictureUrl: null, details: {}, refusal: null },
      { externalId: '3', name: 'Altrui', accessToken: null, pictureUrl: null, details: {}, refusal: 'role_missing' },
      {
        externalId: '7',
        name: 'Chiara',
        accessToken: null,
        pictureUrl: null,
        details: {},
        refusal: 'personal_profile',
      },
    ]);
  });

  it('cannot refresh: a person must consent again', async () => {
    const { connectors } = await networkWith({});

    expect(facebook(connectors).refresh).toBeNull();
  });

  it('needs an app that is configured', async () => {
    const { connectors } = await networkWith(
      {},
      { meta: { id: null, secret: null, graphVersion: 'v25.0', whatsappConfigId: null } },
    );

    const start = async () =>
      facebook(connectors).authorizationUrl({ redirectUri: 'https://app.example', state: 's', codeChallenge: null });
    expect((await channelErrorOf(start())).message).toContain('no client id and secret');
  });
});

const hourMs = 60 * 60_000;
const page = { externalId: '1', accessToken: 'page-token' };
const grant = grantOf('user-token');
const facebook = (connectors: Connectors) => consentConnectorOf(connectors, 'facebook', 'facebook_login');
const content = { text: 'Buongiorno #Roma', media: [photoFile], link: null, format: 'feed' as const };
const textOnly = { text: 'Buongiorno', media: [], link: null, format: 'feed' as const };
const anchor = { kind: 'photo', id: 'photo', madeAt: noon } as const;
