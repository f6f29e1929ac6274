import { describe, expect, it } from 'vitest';
import type { Prepared } from '../../../src/channels/channel.ts';
import { consentConnectorOf, grantOf } from '../../support/connectors.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import { noon } from './channel-http.ts';
import { goneObject, networkWith, photoFile, type Route } from './network-stub.ts';

describe('a post on an Instagram account', () => {
  it('is prepared as a container, which is ready when Instagram has fetched the image', async () => {
    const states = ['IN_PROGRESS', 'IN_PROGRESS', 'FINISHED'];
    const { channels, network } = await networkWith({
      'POST /9/media': () => ({ body: { id: 'c1' } }),
      'GET /c1': () => ({ body: { id: 'c1', status_code: states.shift() } }),
    });

    const made = await channels.instagram.prepare(page, content, null);
    const still = await channels.instagram.checkPrepared(page, made);
    const ready = await channels.instagram.checkPrepared(page, still);

    expect([made.state, still.state, ready.state]).toEqual(['processing', 'processing', 'ready']);
    expect(made.anchor).toEqual({ kind: 'container', id: 'c1', madeAt: noon });
    expect(JSON.parse(network.received[0]?.body ?? '')).toEqual({
      image_url: photoFile.url,
      caption: 'Buongiorno #Roma',
      alt_text: 'Una vetrina',
    });
  });

  it('is published with its permalink', async () => {
    const { channels, network } = await networkWith({
      'POST /9/media_publish': () => ({ body: { id: 'm1' } }),
      'GET /m1': () => ({ body: { id: 'm1', permalink: 'https://instagram.example/p/1' } }),
    });

    const published = await channels.instagram.publish(page, content, ready);

    expect(published).toEqual({ providerPostId: 'm1', permalink: 'https://instagram.example/p/1' });
    expect(JSON.parse(network.received[0]?.body ?? '')).toEqual({ creation_id: 'c1' });
  });

  it('is published all the same if its permalink cannot be read, and the permalink comes later', async () => {
    let reads = 0;
    const { channels } = await networkWith({
      'POST /9/media_publish': () => ({ body: { id: 'm1' } }),
      'GET /m1': () =>
        (reads += 1) === 1
          ? { status: 500, body: { error: { code: 1, message: 'trouble' } } }
          : { body: { id: 'm1', permalink: 'https://instagram.example/p/1' } },
    });

    expect(await channels.instagram.publish(page, content, ready)).toEqual({ providerPostId: 'm1', permalink: null });
    expect(await channels.instagram.check(page, 'm1')).toEqual({
      providerPostId: 'm1',
      permalink: 'https://instagram.example/p/1',
    });
  });

  it.each([
    ['PUBLISHED', 'content_refused', 'duplicate'],
    ['EXPIRED', 'retry_later', undefined],
  ])('is not published again from a container that is %s', async (status_code, expected, refusal) => {
    const { channels, network } = await networkWith({
      'POST /9/media_publish': () => ({
        status: 400,
        body: { error: { code: 24, error_subcode: 2_207_008, message: 'The requested resource does not exist' } },
      }),
      'GET /c1': () => ({ body: { id: 'c1', status_code } }),
    });

    const error = await channelErrorOf(channels.instagram.publish(page, content, ready));

    expect(error).toMatchObject({ class: expected, mayHaveActed: false });
    expect(error.refusal?.code).toBe(refusal);
    expect(network.received.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it.each([
    ['Error: Media upload has failed with error code 2207026', 'media_refused', '2207026'],
    ['Error: Media upload has failed with error code 2207052', 'processing_failed', '2207052'],
    [undefined, 'processing_failed', null],
  ])('is refused if processing failed: %s', async (status, code, providerCode) => {
    const { channels } = await networkWith({
      'GET /c1': () => ({ body: { id: 'c1', status_code: 'ERROR', ...(status === undefined ? {} : { status }) } }),
    });

    expect(await channels.instagram.checkPrepared(page, processing)).toEqual({
      state: 'refused',
      anchor,
      parts: [],
      refusal: { code, providerCode },
    });
  });

  it('is refused without an image', async () => {
    const { channels, network } = await networkWith({});

    expect(
      await channels.instagram.prepare(page, { text: 'x', media: [], link: null, format: 'feed' as const }, null),
    ).toMatchObject({ state: 'refused' });
    expect(network.received).toHaveLength(0);
  });
});

describe('preparing again', () => {
  const container =
    (status: object | null): Route =>
    () =>
      status === null ? goneObject : { body: { id: 'c1', ...status } };
  const routes = (status: object | null) => ({
    'GET /c1': container(status),
    'POST /9/media': () => ({ body: { id: 'c2' } }),
    'GET /c2': () => ({ body: { id: 'c2', status_code: 'FINISHED' } }),
  });

  it.each(['IN_PROGRESS', 'FINISHED', 'PUBLISHED'])('keeps a container that is %s', async (status_code) => {
    const { channels } = await networkWith(routes({ status_code }));

    expect((await channels.instagram.prepare(page, content, processing)).anchor?.id).toBe('c1');
  });

  it.each([
    ['expired', { status_code: 'EXPIRED' }],
    ['failed for a passing reason', { status_code: 'ERROR', status: 'error code 2207003' }],
    ['unknown to Instagram', null],
  ])('makes a new container where the old one is %s', async (_what, status) => {
    const { channels } = await networkWith(routes(status));

    expect((await channels.instagram.prepare(page, content, processing)).anchor?.id).toBe('c2');
  });

  it('makes a new container after 20 hours, well before Instagram forgets the old one', async () => {
    const { channels, clock } = await networkWith(routes({ status_code: 'FINISHED' }));

    clock.now = noon + 20 * 60 * 60_000;

    expect(await channels.instagram.prepare(page, content, ready)).toEqual({
      state: 'ready',
      anchor: { kind: 'container', id: 'c2', madeAt: clock.now },
      parts: [],
    });
  });

  it('never replaces a container that has been published, however old', async () => {
    const { channels, clock } = await networkWith(routes({ status_code: 'PUBLISHED' }));

    clock.now = noon + 23 * 60 * 60_000;

    expect((await channels.instagram.prepare(page, content, ready)).anchor?.id).toBe('c1');
  });

  it('makes a new container after a refusal', async () => {
    const { channels } = await networkWith(routes({ status_code: 'ERROR' }));
    const refused: Prepared = {
      state: 'refused',
      anchor,
      parts: [],
      refusal: { code: 'media_refused', providerCode: null },
    };

    expect((await channels.instagram.prepare(page, content, refused)).anchor?.id).toBe('c2');
  });
});

describe('looking for media whose answer was lost', () => {
  const media = (id: string, caption: string, minutes: number) => ({
    id,
    caption,
    timestamp: new Date(noon + minutes * 60_000).toISOString().replace('.000Z', '+0000'),
    permalink: `https://instagram.example/${id}`,
  });
  const look = async (status: object | null, listed: readonly object[]) => {
    const { channels } = await networkWith({
      'GET /c1': () => (status === null ? goneObject : { body: { id: 'c1', ...status } }),
      'GET /9/media': () => ({ body: { data: listed } }),
    });
    return channels.instagram.findPublished(page, { text: content.text, anchor, parts: [], since: noon });
  };
  const own = media('m1', content.text, 0);

  it('trusts a container that is published, and finds the media by caption and time', async () => {
    const found = await look({ status_code: 'PUBLISHED' }, [
      media('m3', 'Altro', 1),
      own,
      media('m0', content.text, -60),
    ]);

    expect(found).toEqual([
      { providerPostId: 'm1', permalink: 'https://instagram.example/m1', matchedBy: 'anchor', publishedAt: noon },
    ]);
  });

  it('calls none of several with the same caption proven', async () => {
    const found = await look({ status_code: 'PUBLISHED' }, [media('m2', content.text, 2), own]);

    expect(found.map(({ providerPostId, matchedBy }) => [providerPostId, matchedBy])).toEqual([
      ['m1', 'text'],
      ['m2', 'text'],
    ]);
  });

  it.each(['FINISHED', 'IN_PROGRESS', 'ERROR', 'EXPIRED'])('finds none while the container is %s', async (status) => {
    expect(await look({ status_code: status }, [own])).toEqual([]);
  });

  it('asks again later if the container is published and the media not listed', async () => {
    expect(await channelErrorOf(look({ status_code: 'PUBLISHED' }, []))).toMatchObject({ class: 'retry_later' });
  });

  it('falls back to caption and time where Instagram has forgotten the container', async () => {
    expect((await look(null, [own])).map(({ matchedBy }) => matchedBy)).toEqual(['text']);
  });
});

it('lists the business accounts of the pages, and says that those of people are not connected', async () => {
  const { connectors } = await networkWith({
    'GET /me/accounts': () => ({
      body: {
        data: [
          { id: '1', access_token: 't1', instagram_business_account: { id: '9', username: 'bar.roma' } },
          { id: '2', access_token: 't2' },
          { id: '3', access_token: 't3', connected_instagram_account: { id: '8', username: 'luca' } },
        ],
      },
    }),
    'GET /me/businesses': () => ({ status: 403, body: { error: { code: 200, message: 'no' } } }),
  });

  const connector = consentConnectorOf(connectors, 'instagram', 'facebook_login');
  expect(await connector.listPages(grantOf('u'), [])).toEqual([
    { externalId: '9', name: 'bar.roma', accessToken: 't1', pictureUrl: null, details: { pageId: '1' }, refusal: null },
    { externalId: '8', name: 'luca', accessToken: null, pictureUrl: null, details: {}, refusal: 'personal_profile' },
  ]);
});

it('says that Instagram does not let apps delete', async () => {
  const { channels } = await networkWith({});

  expect(channels.instagram.capabilities.deletes).toBe(false);
  expect(await channelErrorOf(channels.instagram.remove(page, 'm1'))).toMatchObject({ class: 'content_refused' });
});

const page = { externalId: '9', accessToken: 'page-token' };
const content = { text: 'Buongiorno #Roma', media: [photoFile], link: null, format: 'feed' as const };
const anchor = { kind: 'container', id: 'c1', madeAt: noon } as const;
const processing: Prepared = { state: 'processing', anchor, parts: [] };
const ready: Prepared = { state: 'ready', anchor, parts: [] };
