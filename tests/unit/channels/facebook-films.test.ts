import { describe, expect, it } from 'vitest';
import type { Prepared, PublishableContent } from '../../../src/channels/channel.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import { noon } from './channel-http.ts';
import { goneObject, networkWith, photoFile, type Route } from './network-stub.ts';

describe('an album on a Facebook page', () => {
  it('is one call that attaches every photo in its order', async () => {
    let uploads = 0;
    const { channels, network } = await networkWith({
      'POST /1/photos': () => ({ body: { id: `p${(uploads += 1)}` } }),
      'POST /1/feed': () => ({ body: { id: '1_2' } }),
    });
    const content = contentOf([photoFile, photoFile, photoFile]);

    const prepared = await channels.facebook.prepare(page, content, null);
    await channels.facebook.publish(page, content, prepared);

    expect(prepared.anchor).toBeNull();
    expect(sentTo(network, 'POST', '/1/feed')).toEqual([
      {
        message: 'Tre',
        attached_media: [{ media_fbid: 'p1' }, { media_fbid: 'p2' }, { media_fbid: 'p3' }],
        published: true,
      },
    ]);
  });

  it('is not published with fewer photos than it has', async () => {
    const { channels, network } = await networkWith({});
    const parts = [{ kind: 'photo' as const, id: 'p1', madeAt: noon }];
    const publish = channels.facebook.publish(page, contentOf([photoFile, photoFile]), ready(null, parts));

    expect(await channelErrorOf(publish)).toMatchObject({ class: 'retry_later', mayHaveActed: false });
    expect(network.received).toEqual([]);
  });

  it('uploads again only the photo that Facebook has lost', async () => {
    const { channels, network } = await networkWith({
      'GET /p1': () => ({ body: { id: 'p1' } }),
      'GET /p2': () => goneObject,
      'GET /p3': () => ({ body: { id: 'p3' } }),
      'POST /1/photos': () => ({ body: { id: 'p4' } }),
    });
    const parts = ['p1', 'p2', 'p3'].map((id) => ({ kind: 'photo' as const, id, madeAt: noon }));

    const again = await channels.facebook.prepare(
      page,
      contentOf([photoFile, photoFile, photoFile]),
      ready(null, parts),
    );

    expect(again.parts.map(({ id }) => id)).toEqual(['p1', 'p4', 'p3']);
    expect(sentTo(network, 'POST', '/1/photos')).toHaveLength(1);
  });
});

describe('a film on a Facebook page', () => {
  it('is handed over unseen, and one call about it alone shows it with its words', async () => {
    const { channels, network } = await networkWith({
      'POST /1/videos': () => ({ body: { id: '77' } }),
      'GET /77': video({ processing: 'complete' }, { published: true, publishing: 'complete' }),
      'POST /77': () => ({ body: { success: true } }),
    });
    const content = contentOf([filmFile]);

    const prepared = await channels.facebook.prepare(page, content, null);
    const published = await channels.facebook.publish(page, content, prepared);

    expect(sentTo(network, 'POST', '/1/videos')).toEqual([{ file_url: filmFile.url, published: false }]);
    expect(sentTo(network, 'POST', '/77')).toEqual([{ published: true, description: 'Tre' }]);
    expect(published).toEqual({ providerPostId: '77', permalink: `${network.origin}/1/videos/77/` });
  });

  it.each([
    [{ video: 'processing', processing: 'in_progress' }, 'processing'],
    [{ video: 'ready', processing: 'complete' }, 'ready'],
    [{ video: 'error', processing: 'error' }, 'refused'],
    [{ video: 'expired' }, 'refused'],
    [{ video: 'a word that nobody has taught us' }, 'processing'],
  ])('whose state is %j is %s', async (state, expected) => {
    const { channels } = await networkWith({ 'GET /77': video(state) });
    const prepared = { state: 'processing', anchor: videoAnchor, parts: [] } as const;
    expect((await channels.facebook.checkPrepared(page, prepared)).state).toBe(expected);
  });

  it('that Facebook processes for ever is refused in the end', async () => {
    const { channels, clock } = await networkWith({ 'GET /77': video({ video: 'processing' }) });
    clock.now = noon + 20 * 60 * 60_000;
    const prepared = { state: 'processing', anchor: videoAnchor, parts: [] } as const;
    expect((await channels.facebook.checkPrepared(page, prepared)).state).toBe('refused');
  });

  it('that has been published is never handed over again, however old or broken', async () => {
    const { channels, clock, network } = await networkWith({
      'GET /77': video({ video: 'error' }, { published: true, publishing: 'complete' }),
    });
    clock.now = noon + 30 * 60 * 60_000;
    await channels.facebook.prepare(page, contentOf([filmFile]), ready(videoAnchor, []));
    expect(network.received.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it.each([
    ['not published', {}, []],
    ['a draft', { publishing: 'complete', publish_status: 'draft' }, []],
    ['accepted', { publishing: 'in_progress' }, [{ pending: true }]],
    ['out', { published: true, publishing: 'complete', publish_status: 'published' }, [{ matchedBy: 'anchor' }]],
  ])('whose answer was lost and that is %s is found as such', async (_what, publication, expected) => {
    const { channels } = await networkWith({ 'GET /77': video({ video: 'ready' }, publication) });
    const search = { text: 'Tre', anchor: videoAnchor, parts: [], since: noon };
    expect(await channels.facebook.findPublished(page, search)).toMatchObject(expected);
  });
});

describe('a reel on a Facebook page', () => {
  it('gets a place, is fetched from us, and is published by the end of its upload', async () => {
    const { channels, network } = await networkWith({
      'POST /1/video_reels': ({ body }) => ({
        body: body.includes('start')
          ? { video_id: '88', upload_url: 'https://rupload.facebook.com/video-upload/v25.0/88' }
          : { success: true },
      }),
      'POST /video-upload/v25.0/88': () => ({ body: { success: true } }),
      'GET /88': video({ video: 'processing', uploading: 'complete', processing: 'in_progress' }),
    });
    const content = contentOf([filmFile], 'reel');

    const prepared = await channels.facebook.prepare(page, content, null);
    const published = await channels.facebook.publish(page, content, prepared);

    expect(prepared.anchor).toEqual({ kind: 'reel', id: '88', madeAt: noon });
    const upload = network.received.find(({ path }) => path.startsWith('/video-upload'));
    expect(upload?.headers).toMatchObject({ file_url: filmFile.url, authorization: 'OAuth token' });
    expect(sentTo(network, 'POST', '/1/video_reels')).toEqual([
      { upload_phase: 'start' },
      { upload_phase: 'finish', video_id: '88', video_state: 'PUBLISHED', description: 'Tre' },
    ]);
    expect(published).toMatchObject({ providerPostId: '88', pending: true });
  });

  it('is ready once it is uploaded: Facebook processes it only after its publication', async () => {
    const { channels } = await networkWith({
      'GET /88': video({ video: 'upload_complete', uploading: 'complete', processing: 'not_started' }),
    });
    const prepared = { state: 'processing', anchor: reelAnchor, parts: [] } as const;
    expect((await channels.facebook.checkPrepared(page, prepared)).state).toBe('ready');
  });

  it('that is being processed is not yet known to be accepted: whoever looks for it looks again', async () => {
    const { channels } = await networkWith({
      'GET /88': video({ video: 'processing', uploading: 'complete', processing: 'in_progress' }),
    });
    const search = { text: 'Tre', anchor: reelAnchor, parts: [], since: noon };
    expect(await channels.facebook.findPublished(page, search)).toEqual([]);
  });

  it('is told as pending while its standing cannot be read: the call was answered', async () => {
    const { channels } = await networkWith({
      'POST /1/video_reels': () => ({ body: { success: true } }),
      'GET /88': () => ({ status: 500, body: { error: { code: 2, message: 'trouble' } } }),
    });
    const publish = channels.facebook.publish(page, contentOf([filmFile], 'reel'), ready(reelAnchor, []));
    expect(await publish).toEqual({ providerPostId: '88', permalink: null, pending: true });
  });

  it('answered without success may have acted', async () => {
    const { channels } = await networkWith({ 'POST /1/video_reels': () => ({ body: { success: false } }) });
    const publish = channels.facebook.publish(page, contentOf([filmFile], 'reel'), ready(reelAnchor, []));
    expect(await channelErrorOf(publish)).toMatchObject({ class: 'unknown', mayHaveActed: true });
  });
});

const page = { externalId: '1', accessToken: 'token' };
const videoAnchor = { kind: 'video' as const, id: '77', madeAt: noon };
const reelAnchor = { kind: 'reel' as const, id: '88', madeAt: noon };
const filmFile = {
  ...photoFile,
  kind: 'video' as const,
  url: 'https://media.example/film.mp4',
  mimeType: 'video/mp4',
  durationMs: 4_000,
};

const contentOf = (media: PublishableContent['media'], format: PublishableContent['format'] = 'feed') => ({
  text: 'Tre',
  media,
  link: null,
  format,
});

function ready(anchor: Prepared['anchor'], parts: Prepared['parts']): Prepared {
  return { state: 'ready', anchor, parts };
}

/** What Facebook tells of a film. */
function video(
  state: { video?: string; uploading?: string; processing?: string },
  { published = false, publishing, publish_status }: Record<string, unknown> = {},
): Route {
  const phase = (status: unknown, more: object = {}) => (status === undefined ? {} : { status, ...more });
  return ({ path }) => ({
    body: {
      id: path.split('/').at(-1),
      published,
      permalink_url: '/1/videos/77/',
      created_time: '2026-11-22T12:00:00+0000',
      status: {
        video_status: state.video,
        uploading_phase: phase(state.uploading),
        processing_phase: phase(state.processing),
        publishing_phase: phase(publishing, { publish_status }),
      },
    },
  });
}

function sentTo(
  network: { received: readonly { method: string; path: string; body: string }[] },
  method: string,
  path: string,
): readonly unknown[] {
  return network.received
    .filter((request) => request.method === method && request.path === `/v25.0${path}`)
    .map(({ body }) => JSON.parse(body) as unknown);
}
