import { expect, it } from 'vitest';
import type { Prepared } from '../../../src/channels/channel.ts';
import { channelErrorOf } from '../../support/channel-error.ts';
import { noon } from './channel-http.ts';
import { goneObject, networkWith, photoFile, type Route } from './network-stub.ts';

it('a carousel is made of processed children, then of one container for them all', async () => {
  const { channels, network, states } = await instagram();
  const children = await channels.instagram.prepare(page, carousel, null);
  expect(children).toMatchObject({ state: 'processing', anchor: null });
  expect(children.parts.map(({ id }) => id)).toEqual(['c1', 'c2']);
  expect(await channels.instagram.checkPrepared(page, children)).toEqual(children);

  states.set('c1', 'FINISHED').set('c2', 'FINISHED');
  const together = await channels.instagram.checkPrepared(page, children);
  expect(together).toMatchObject({ state: 'processing', unfinished: true });
  states.set('c3', 'FINISHED');
  const ready = await channels.instagram.prepare(page, carousel, together);

  expect(ready).toEqual({ state: 'ready', anchor: container('c3'), parts: children.parts });
  expect(made(network)).toEqual([
    { image_url: photoFile.url, alt_text: 'Una vetrina', is_carousel_item: true },
    { media_type: 'VIDEO', video_url: filmFile.url, is_carousel_item: true },
    { media_type: 'CAROUSEL', children: 'c1,c2', caption: 'Due' },
  ]);
});

it('a film alone is a reel that the feed shows too', async () => {
  const { channels, network } = await instagram();
  await channels.instagram.prepare(page, { ...carousel, media: [filmFile] }, null);
  expect(made(network)).toEqual([
    { media_type: 'REELS', video_url: filmFile.url, share_to_feed: true, caption: 'Due' },
  ]);
});

it('children that have expired are made anew, and with them the carousel that nobody has published', async () => {
  const { channels, states } = await instagram({ c8: 'EXPIRED', c9: 'FINISHED', parent: 'EXPIRED' });
  const again = await channels.instagram.prepare(page, carousel, earlier);
  expect(again).toMatchObject({ state: 'processing', anchor: null });
  expect(again.parts.map(({ id }) => id)).toEqual(['c1', 'c9']);
  expect(states.get('parent')).toBe('EXPIRED');
});

it.each(['EXPIRED', 'ERROR', null])(
  'a carousel that has been published is never made anew, even where its children are %s',
  async (state) => {
    const { channels, network, clock } = await instagram({ c8: state, c9: state, parent: 'PUBLISHED' });
    clock.now = noon + 23 * 60 * 60_000;
    expect(await channels.instagram.prepare(page, carousel, earlier)).toEqual(earlier);
    expect(made(network)).toEqual([]);
  },
);

it('a child that is refused for good refuses the carousel', async () => {
  const { channels } = await instagram({ c8: 'FINISHED', c9: 'ERROR' });
  const prepared: Prepared = { state: 'processing', anchor: null, parts: earlier.parts };
  expect(await channels.instagram.checkPrepared(page, prepared)).toMatchObject({
    state: 'refused',
    refusal: { code: 'media_refused', providerCode: '2207026' },
  });
});

it('a child that Instagram has forgotten refuses the preparation, and the next one makes it anew', async () => {
  const { channels } = await instagram({ c8: 'FINISHED', c9: null });
  const prepared: Prepared = { state: 'processing', anchor: null, parts: earlier.parts };
  expect((await channels.instagram.checkPrepared(page, prepared)).state).toBe('refused');
  expect((await channels.instagram.prepare(page, carousel, prepared)).parts.map(({ id }) => id)).toEqual(['c8', 'c1']);
});

it('what is not prepared is not published', async () => {
  const { channels, network } = await instagram();
  const publish = channels.instagram.publish(page, carousel, { state: 'ready', anchor: null, parts: earlier.parts });
  expect(await channelErrorOf(publish)).toMatchObject({ mayHaveActed: false });
  expect(network.received).toEqual([]);
});

it('the quota is what Instagram says, and unknown where it names no limit', async () => {
  const config = { quota_total: 50, quota_duration: 86_400 };
  for (const [data, expected] of [
    [[{ quota_usage: 3, config }], { used: 3, total: 50, windowMs: 86_400_000 }],
    [[{ quota_usage: 3 }], null],
    [[], null],
  ] as const) {
    const { channels } = await networkWith({ 'GET /9/content_publishing_limit': () => ({ body: { data } }) });
    expect(await channels.instagram.quota(page)).toEqual(expected);
  }
});

const page = { externalId: '9', accessToken: 'token' };
const filmFile = { ...photoFile, kind: 'video' as const, url: 'https://media.example/film.mp4', durationMs: 4_000 };
const carousel = { text: 'Due', media: [photoFile, filmFile], link: null, format: 'feed' as const };
const container = (id: string) => ({ kind: 'container' as const, id, madeAt: noon });
const earlier: Prepared = { state: 'ready', anchor: container('parent'), parts: [container('c8'), container('c9')] };

/** An account whose containers are in the given states; `null` for one that is forgotten, new ones are being processed. */
async function instagram(known: Readonly<Record<string, string | null>> = {}) {
  const states = new Map<string, string | null>(Object.entries(known));
  let count = 0;
  const read: Route = ({ path }) => {
    const id = path.split('/').at(-1) ?? '';
    const state = states.get(id) ?? null;
    if (state === null) return goneObject;
    return { body: { id, status_code: state, ...(state === 'ERROR' ? { status: 'error code 2207026' } : {}) } };
  };
  const network = await networkWith({
    'POST /9/media': () => {
      const id = `c${(count += 1)}`;
      if (!states.has(id)) states.set(id, 'IN_PROGRESS');
      return { body: { id } };
    },
    ...Object.fromEntries(['c1', 'c2', 'c3', 'c8', 'c9', 'parent'].map((id) => [`GET /${id}`, read])),
  });
  return { ...network, states };
}

function made(network: { received: readonly { method: string; body: string }[] }): readonly unknown[] {
  return network.received.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body) as unknown);
}
