import { expect, test } from 'vitest';
import type { Settings } from '../../simulators/kernel/settings.ts';
import { film } from './support/films.ts';
import { graphAs, refusal } from './support/graph.ts';
import { image, serveFiles } from './support/images.ts';

test('a carousel is made of processed children and published once', async () => {
  const { graph, child, carousel, publish, statusOf } = await instagram({ processingDelayMs: 200 });
  const children = [await child('square'), await child('film'), await child('tall')];
  expect(refusal(await carousel(children))).toEqual({ status: 400, code: 9007, subcode: 2207027 });
  for (const id of children) await expect.poll(() => statusOf(id)).toBe('FINISHED');

  const parent = String((await carousel(children)).body['id']);
  await expect.poll(() => statusOf(parent)).toBe('FINISHED');
  const { body } = await publish(parent);
  expect(refusal(await publish(parent))).toEqual({ status: 400, code: 24, subcode: 2207008 });

  expect(await graph.published()).toMatchObject([
    { text: 'Tre scatti', media: [{ altText: null }, { kind: 'video' }, { altText: null }] },
  ]);
  const read = await graph.asAccount(`/${body['id']}`, { query: { fields: 'media_type,children{media_type}' } });
  expect(read.body).toMatchObject({
    media_type: 'CAROUSEL_ALBUM',
    children: { data: [{ media_type: 'IMAGE' }, { media_type: 'VIDEO' }, { media_type: 'IMAGE' }] },
  });
});

test('a carousel has 2 to 10 children, which exist, belong to it and are children', async () => {
  const { child, carousel, contain } = await instagram();
  const children = [];
  for (let count = 0; count < 11; count += 1) children.push(await child('square'));
  const noCarousel = { status: 400, code: 100, subcode: 2207028 };
  expect(refusal(await carousel([]))).toEqual(noCarousel);
  expect(refusal(await carousel(children.slice(0, 1)))).toEqual(noCarousel);
  expect(refusal(await carousel(children))).toEqual(noCarousel);
  expect((await carousel(children.slice(0, 10))).status).toBe(200);
  const alone = String((await contain({ image: 'square' })).body['id']);
  for (const stranger of [alone, '123456']) {
    expect(refusal(await carousel([children[0] ?? '', stranger]))).toEqual({ status: 400, code: 24, subcode: 2207006 });
  }
});

test('a child is not published by itself', async () => {
  const { child, publish } = await instagram();
  expect(refusal(await publish(await child('square')))).toEqual({ status: 400, code: 24, subcode: 2207008 });
});

test('a child that has expired makes no carousel', async () => {
  const { child, carousel, statusOf } = await instagram({ containerLifetimeMs: 1 });
  const children = [await child('square'), await child('tall')];
  await expect.poll(() => statusOf(children[1] ?? '')).toBe('EXPIRED');
  expect(refusal(await carousel(children))).toEqual({ status: 400, code: 24, subcode: 2207008 });
});

test('a film of its own is a reel', async () => {
  const { graph, contain, publish } = await instagram();
  expect(refusal(await contain({ video: 'film', media_type: 'VIDEO' }))).toEqual({
    status: 400,
    code: 100,
    subcode: 2207023,
  });
  const reel = await contain({ video: 'film', media_type: 'REELS', share_to_feed: 'true', thumb_offset: '1000' });
  const { body } = await publish(String(reel.body['id']));
  const read = await graph.asAccount(`/${body['id']}`, { query: { fields: 'media_type,media_product_type' } });
  expect(read.body).toMatchObject({ media_type: 'VIDEO', media_product_type: 'REELS' });
});

test.each([
  ['too short', 'short', '2207026'],
  ['no film at all', 'square', '2207026'],
  ['not to be had', 'missing', '2207052'],
])('a film that is %s shows it while it is processed', async (_what, video, code) => {
  const { graph, contain } = await instagram();
  const { body } = await contain({ video, media_type: 'REELS' });
  const read = await graph.asAccount(`/${body['id']}`, { query: { fields: 'status_code,status' } });
  expect(read.body).toMatchObject({ status_code: 'ERROR', status: expect.stringContaining(code) });
});

test('a cover comes from within the film', async () => {
  const { contain } = await instagram();
  const reel = { video: 'film', media_type: 'REELS', thumb_offset: '4000' };
  expect(refusal(await contain(reel))).toEqual({ status: 400, code: 1, subcode: 2207057 });
});

test('a carousel counts as one post', async () => {
  const { graph, child, carousel, publish } = await instagram();
  const children = [await child('square'), await child('tall')];
  await publish(String((await carousel(children)).body['id']));
  const { body } = await graph.asAccount(`${graph.account}/content_publishing_limit`, {
    query: { fields: 'quota_usage' },
  });
  expect(body['data']).toEqual([{ quota_usage: 1 }]);
});

async function instagram(settings: Partial<Settings> = {}) {
  const urlOf = await serveFiles(await files);
  const graph = await graphAs(settings);
  const contain = ({ image: picture, video, ...rest }: Record<string, string>) =>
    graph.asAccount(`${graph.account}/media`, {
      json: {
        ...(picture === undefined ? {} : { image_url: urlOf(picture) }),
        ...(video === undefined ? {} : { video_url: urlOf(video) }),
        ...rest,
      },
    });
  return {
    graph,
    contain,
    child: async (file: string) => {
      const source: Record<string, string> = file === 'film' ? { video: file, media_type: 'VIDEO' } : { image: file };
      return String((await contain({ ...source, is_carousel_item: 'true' })).body['id']);
    },
    carousel: (children: readonly string[]) =>
      contain({ media_type: 'CAROUSEL', children: children.join(','), caption: 'Tre scatti' }),
    publish: (id: string) => graph.asAccount(`${graph.account}/media_publish`, { form: { creation_id: id } }),
    statusOf: async (id: string) => {
      const { body } = await graph.asAccount(`/${id}`, { query: { fields: 'status_code' } });
      return body['status_code'];
    },
  };
}

const files = Promise.all([
  image('jpeg'),
  image('jpeg', { width: 1_080, height: 1_350 }),
  film(),
  film({ durationMs: 2_000 }),
]).then(([square, tall, upright, short]) => ({ square, tall, film: upright, short }));
