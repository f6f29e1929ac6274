import { describe, expect, it } from 'vitest';
import type { Prepared } from '../../../src/channels/channel.ts';
import type { Connectors } from '../../../src/channels/registry.ts';
import { consentConnectorOf, grantOf } from '../../support/connectors.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import { noon } from './channel-http.ts';
import { networkWith, photoFile } from './network-stub.ts';

describe('a post on a LinkedIn page', () => {
  it('uploads the image where LinkedIn says, and is ready when LinkedIn has processed it', async () => {
    const states = ['PROCESSING', 'AVAILABLE'];
    const { channels, network } = await networkWith({
      'POST /rest/images': () => ({
        body: { value: { uploadUrl: 'https://www.linkedin.com/dms/1?s=1', image: imageUrn } },
      }),
      'PUT /dms/1': () => ({ status: 201 }),
      [`GET /rest/images/${imageUrn}`]: () => ({ body: { id: imageUrn, status: states.shift() } }),
    });

    const made = await channels.linkedin.prepare(page, content, null);
    const ready = await channels.linkedin.checkPrepared(page, made);

    expect(made).toEqual({ state: 'processing', anchor, parts: [] });
    expect(ready).toEqual({ state: 'ready', anchor, parts: [] });
    const [registration, upload] = network.received;
    expect(registration?.query.get('action')).toBe('initializeUpload');
    expect(JSON.parse(registration?.body ?? '')).toEqual({
      initializeUploadRequest: { owner: 'urn:li:organization:7' },
    });
    expect(upload).toMatchObject({ body: '\u0001\u0002\u0003' });
    expect(upload?.headers['content-type']).toBe('image/jpeg');
  });

  it('refuses an upload URL on a foreign host', async () => {
    const { channels } = await networkWith({
      'POST /rest/images': () => ({ body: { value: { uploadUrl: 'https://attacker.example/1', image: imageUrn } } }),
    });

    const error = await channelErrorOf(channels.linkedin.prepare(page, content, null));

    expect(error).toMatchObject({ class: 'unknown', mayHaveActed: false });
  });

  it('is published in little text, with the versioned headers, and named by its URN', async () => {
    const { channels, network } = await networkWith({
      'POST /rest/posts': () => ({ status: 201, body: null, headers: { 'x-restli-id': 'urn:li:share:1' } }),
    });

    const published = await channels.linkedin.publish(page, content, ready);

    expect(published).toEqual({
      providerPostId: 'urn:li:share:1',
      permalink: `${network.origin}/feed/update/urn:li:share:1`,
    });
    const [request] = network.received;
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer token',
      'linkedin-version': '202610',
      'x-restli-protocol-version': '2.0.0',
    });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      author: 'urn:li:organization:7',
      commentary: 'Sconti \\(veri\\) {hashtag|\\#|Roma}',
      visibility: 'PUBLIC',
      distribution: { feedDistribution: 'MAIN_FEED', targetEntities: [], thirdPartyDistributionChannels: [] },
      content: { media: { id: imageUrn, altText: 'Una vetrina' } },
      lifecycleState: 'PUBLISHED',
      isReshareDisabledByAuthor: false,
    });
  });

  it('may be out if a success names no URN', async () => {
    const { channels } = await networkWith({ 'POST /rest/posts': () => ({ status: 201, body: null }) });

    expect(await channelErrorOf(channels.linkedin.publish(page, content, ready))).toMatchObject({
      class: 'unknown',
      mayHaveActed: true,
    });
  });

  it('is prepared anew where processing failed, and kept where it did not', async () => {
    let state = 'AVAILABLE';
    const { channels } = await networkWith({
      'POST /rest/images': () => ({
        body: { value: { uploadUrl: 'https://www.linkedin.com/dms/1', image: 'urn:li:image:2' } },
      }),
      'PUT /dms/1': () => ({ status: 201 }),
      [`GET /rest/images/${imageUrn}`]: () => ({ body: { status: state } }),
    });

    expect((await channels.linkedin.prepare(page, content, ready)).anchor?.id).toBe(imageUrn);
    state = 'PROCESSING_FAILED';
    expect(await channels.linkedin.prepare(page, content, ready)).toMatchObject({
      state: 'processing',
      anchor: { id: 'urn:li:image:2' },
    });
  });
});

describe('looking for a post whose answer was lost', () => {
  const post = (urn: string, commentary: string, minutes: number, image: string | null) => ({
    id: urn,
    commentary,
    publishedAt: noon + minutes * 60_000,
    ...(image === null ? {} : { content: { media: { id: image } } }),
  });

  it('takes the image for proof', async () => {
    const { channels, network } = await networkWith({
      'GET /rest/posts': () => ({
        body: {
          elements: [post('urn:li:share:2', little, 1, 'urn:li:image:9'), post('urn:li:share:1', 'x', -9, imageUrn)],
        },
      }),
    });

    const found = await channels.linkedin.findPublished(page, { text: content.text, anchor, parts: [], since: noon });

    expect(found.map(({ providerPostId, matchedBy }) => [providerPostId, matchedBy])).toEqual([
      ['urn:li:share:1', 'anchor'],
    ]);
    expect(network.received[0]?.headers['x-restli-method']).toBe('FINDER');
    expect(network.received[0]?.query.get('author')).toBe('urn:li:organization:7');
  });

  it('takes the images of an album for proof, all of them', async () => {
    const album = (urn: string, images: readonly string[]) => ({
      id: urn,
      commentary: 'x',
      publishedAt: noon,
      content: { multiImage: { images: images.map((id) => ({ id })) } },
    });
    const { channels } = await networkWith({
      'GET /rest/posts': () => ({
        body: { elements: [album('urn:li:ugcPost:1', ['a', 'c']), album('urn:li:ugcPost:2', ['a', 'b'])] },
      }),
    });
    const parts = ['a', 'b'].map((id) => ({ kind: 'image' as const, id, madeAt: noon }));

    const found = await channels.linkedin.findPublished(page, { text: content.text, anchor: null, parts, since: noon });

    expect(found.map(({ providerPostId }) => providerPostId)).toEqual(['urn:li:ugcPost:2']);
  });

  it('takes text and time where there was no image, with the text read as a reader sees it', async () => {
    const { channels } = await networkWith({
      'GET /rest/posts': () => ({
        body: {
          elements: [
            post('urn:li:share:4', little, 1, imageUrn),
            post('urn:li:share:3', 'Altro', 1, null),
            post('urn:li:share:2', little, 0, null),
            post('urn:li:share:1', little, -5, null),
          ],
        },
      }),
    });

    const found = await channels.linkedin.findPublished(page, {
      text: content.text,
      anchor: null,
      parts: [],
      since: noon,
    });

    expect(found.map(({ providerPostId, matchedBy }) => [providerPostId, matchedBy])).toEqual([
      ['urn:li:share:2', 'text'],
    ]);
  });
});

it('reports a post that is gone, and deleting it is success', async () => {
  const { channels } = await networkWith({});

  expect(await channels.linkedin.check(page, 'urn:li:share:1')).toBeNull();
  await channels.linkedin.remove(page, 'urn:li:share:1');
});

describe('connecting a LinkedIn page', () => {
  it('exchanges a code, and refreshes with the refresh token', async () => {
    const { connectors, network } = await networkWith({
      'POST /oauth/v2/accessToken': ({ body }) => ({
        body: body.includes('refresh_token=')
          ? { access_token: 'a2', expires_in: 60 }
          : { access_token: 'a1', expires_in: 60, refresh_token: 'r1', scope: 'w_organization_social,r_basicprofile' },
      }),
    });

    const grant = await linkedin(connectors).exchangeCode({
      redirectUri: 'https://app.example/back',
      code: 'c',
      codeVerifier: null,
    });
    const refreshed = await linkedin(connectors).refresh?.({
      ...page,
      details: {},
      refreshToken: grant.refreshToken,
      scopes: grant.scopes,
    });

    expect(grant).toEqual({
      accessToken: 'a1',
      refreshToken: 'r1',
      expiresAt: noon + 60_000,
      consentExpiresAt: null,
      scopes: ['w_organization_social', 'r_basicprofile'],
    });
    expect(refreshed).toEqual({ ...grant, accessToken: 'a2' });
    expect(Object.fromEntries(new URLSearchParams(network.received[0]?.body))).toEqual({
      grant_type: 'authorization_code',
      code: 'c',
      redirect_uri: 'https://app.example/back',
      client_id: 'client',
      client_secret: 'client-secret',
    });
  });

  it('is disconnected when the refresh token is refused or was never given', async () => {
    const { connectors } = await networkWith({
      'POST /oauth/v2/accessToken': () => ({ status: 400, body: { error: 'invalid_grant' } }),
    });
    const grant = grantOf('a', { refreshToken: 'r' });

    for (const lost of [grant, { ...grant, refreshToken: null }]) {
      expect(
        await channelErrorOf(Promise.resolve(linkedin(connectors).refresh?.({ ...page, ...lost, details: {} }))),
      ).toMatchObject({
        class: 'disconnected',
        grantProblem: 'gone',
      });
    }
  });

  it('lists the organisations with the reason why some cannot be connected, and the person', async () => {
    const { connectors } = await networkWith(organisations);

    const pages = await linkedin(connectors).listPages(grantOf('t'), []);

    expect(pages).toEqual([
      { externalId: '7', name: 'Forno Rossi', accessToken: null, pictureUrl: null, details: {}, refusal: null },
      { externalId: '8', name: 'Forno Bianchi', refusal: 'role_missing', ...without },
      { externalId: 'p1', name: 'Anna Rossi', refusal: 'personal_profile', ...without },
    ]);
  });

  it('probes the role on the organisation, not only its public name', async () => {
    const { connectors } = await networkWith(organisations);

    expect(await linkedin(connectors).probe({ ...page, details: {} })).toEqual({
      name: 'Forno Rossi',
      pictureUrl: null,
    });
    expect(await channelErrorOf(linkedin(connectors).probe({ ...page, details: {}, externalId: '8' }))).toMatchObject({
      class: 'refresh_token',
      grantProblem: 'permission',
    });
  });
});

const linkedin = (connectors: Connectors) => consentConnectorOf(connectors, 'linkedin', 'oauth');

const organisations = {
  'GET /rest/organizationAcls': () => ({
    body: {
      elements: [
        { role: 'ADMINISTRATOR', organization: 'urn:li:organization:7', state: 'APPROVED' },
        { role: 'CONTENT_ADMINISTRATOR', organization: 'urn:li:organization:7', state: 'APPROVED' },
        { role: 'ANALYST', organization: 'urn:li:organization:8', state: 'APPROVED' },
      ],
    },
  }),
  'GET /rest/organizations/7': () => ({ body: { localizedName: 'Forno Rossi' } }),
  'GET /rest/organizationsLookup': () => ({ body: { results: { 8: { localizedName: 'Forno Bianchi' } } } }),
  'GET /v2/me': () => ({ body: { id: 'p1', localizedFirstName: 'Anna', localizedLastName: 'Rossi' } }),
};
const without = { accessToken: null, pictureUrl: null, details: {} };
const imageUrn = 'urn:li:image:1';
const page = { externalId: '7', accessToken: 'token' };
const content = { text: 'Sconti (veri) #Roma', media: [photoFile], link: null, format: 'feed' as const };
const little = 'Sconti \\(veri\\) {hashtag|\\#|Roma}';
const anchor = { kind: 'image', id: imageUrn, madeAt: noon } as const;
const ready: Prepared = { state: 'ready', anchor, parts: [] };
