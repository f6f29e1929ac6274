import { expect, test } from 'vitest';
import type { Settings } from '../../simulators/kernel/settings.ts';
import { graphAs, instagramOf, pageOf, refusal } from './support/graph.ts';
import { heavyJpeg, image, serveFiles } from './support/images.ts';

test('a container is processed, published once, and then tells so', async () => {
  const { graph, contain, publish, statusOf } = await instagram({ processingDelayMs: 400 });
  const id = await contain({ caption: 'Mercato #fresco', alt_text: 'Banchi di frutta' });
  expect(await statusOf(id)).toBe('IN_PROGRESS');
  expect(refusal(await publish(id))).toEqual({ status: 400, code: 9007, subcode: 2207027 });
  await expect.poll(() => statusOf(id)).toBe('FINISHED');

  const { status, body } = await publish(id);
  expect(status).toBe(200);
  expect(await statusOf(id)).toBe('PUBLISHED');
  expect(refusal(await publish(id))).toEqual({ status: 400, code: 24, subcode: 2207008 });

  const media = await graph.asAccount(`/${body['id']}`, { query: { fields: 'id,caption,permalink,timestamp' } });
  expect(media.body).toMatchObject({ id: body['id'], caption: 'Mercato #fresco' });
  const listed = await graph.asAccount(`${graph.account}/media`, { query: { fields: 'id' } });
  expect(listed.body['data']).toEqual([{ id: body['id'] }]);
  expect(await graph.published()).toMatchObject([
    {
      network: 'instagram',
      text: 'Mercato #fresco',
      media: [{ altText: 'Banchi di frutta' }],
      permalink: media.body['permalink'],
    },
  ]);
});

test('of two requests that publish one container, one does', async () => {
  const { graph, contain, publish } = await instagram();
  const id = await contain();
  const answers = await Promise.all([publish(id), publish(id), publish(id)]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400, 400]);
  expect(await graph.published()).toHaveLength(1);
});

test('a container expires', async () => {
  const { contain, publish, statusOf } = await instagram({ containerLifetimeMs: 1 });
  const id = await contain();
  await expect.poll(() => statusOf(id)).toBe('EXPIRED');
  expect(refusal(await publish(id))).toEqual({ status: 400, code: 24, subcode: 2207008 });
});

test('a container whose processing fails ends in ERROR and cannot be published', async () => {
  const { graph, contain, publish, statusOf } = await instagram();
  await graph.control('/faults', { json: { match: {}, action: 'processing_error' } });
  const id = await contain();
  expect(await statusOf(id)).toBe('ERROR');
  expect(refusal(await publish(id))).toMatchObject({ code: 9007 });
  expect(await statusOf(await contain())).toBe('FINISHED');
});

test.each([
  ['an address that has nothing', 2207052, 9004, 'missing'],
  ['what is no image', 2207052, 9004, 'text'],
  ['PNG', 2207005, 36001, 'png'],
  ['more than 8 MB', 2207004, 36000, 'heavy'],
  ['taller than 4:5', 2207009, 36003, 'tall'],
  ['wider than 1.91:1', 2207009, 36003, 'wide'],
])('Instagram refuses %s', async (_what, subcode, code, file) => {
  const { tryToContain } = await instagram();
  expect(refusal(await tryToContain({ file }))).toEqual({ status: 400, code, subcode });
});

test('the extremes of the ratio, and any width, are taken', async () => {
  const { tryToContain } = await instagram();
  for (const file of ['tallest', 'widest', 'small', 'large']) expect((await tryToContain({ file })).status).toBe(200);
});

test('a caption has at most 2,200 characters, 30 hashtags and 20 mentions', async () => {
  const { tryToContain } = await instagram();
  const captions = (n: number, one: string) => Array.from({ length: n }, (_, index) => `${one}${index}`).join(' ');
  const refused = { status: 400, code: 36004, subcode: 2207010 };
  for (const fits of ['😀'.repeat(2_200), captions(30, '#tag'), captions(20, '@amico')]) {
    expect((await tryToContain({ caption: fits })).status).toBe(200);
  }
  for (const breaks of ['a'.repeat(2_201), captions(31, '#tag'), captions(21, '@amico')]) {
    expect(refusal(await tryToContain({ caption: breaks }))).toEqual(refused);
  }
});

test('an account has a quota of posts', async () => {
  const { graph, contain, publish } = await instagram({ publishingQuota: 1 });
  await publish(await contain());
  expect(refusal(await publish(await contain()))).toEqual({ status: 403, code: 9, subcode: 2207042 });
  const { body } = await graph.asAccount(`${graph.account}/content_publishing_limit`, {
    query: { fields: 'quota_usage,config' },
  });
  expect(body['data']).toEqual([{ config: { quota_total: 1, quota_duration: 86_400 }, quota_usage: 1 }]);
});

test("the account's own token and its page's act for it, a foreign one does not", async () => {
  const { graph } = await instagram();
  const read = (token: string) => graph.call(graph.account, { query: { fields: 'id,username' } }, token);
  const account = { id: instagramOf.aurora.externalId, username: instagramOf.aurora.username };
  expect((await read(instagramOf.aurora.accessToken)).body).toEqual(account);
  expect((await read(pageOf.aurora.accessToken)).body).toEqual(account);
  expect(refusal(await read(instagramOf.lariana.accessToken))).toEqual({ status: 400, code: 100, subcode: 33 });
  const me = await graph.asAccount('/me', { query: { fields: 'user_id,username' } });
  expect(me.body).toMatchObject({ user_id: account.id, username: account.username });
});

async function instagram(settings: Partial<Settings> = {}) {
  const urlOf = await serveFiles(await files);
  const graph = await graphAs(settings);
  const tryToContain = ({ file = 'square', ...rest }: Record<string, string> = {}) =>
    graph.asAccount(`${graph.account}/media`, { json: { image_url: urlOf(file), ...rest } });
  return {
    graph,
    tryToContain,
    contain: async (rest: Record<string, string> = {}) => String((await tryToContain(rest)).body['id']),
    publish: (id: string) => graph.asAccount(`${graph.account}/media_publish`, { form: { creation_id: id } }),
    statusOf: async (id: string) => {
      const { body } = await graph.asAccount(`/${id}`, { query: { fields: 'status_code,status' } });
      return body['status_code'];
    },
  };
}

const files = Promise.all([
  image('jpeg'),
  image('png'),
  heavyJpeg(8 * 1024 * 1024),
  image('jpeg', { width: 1080, height: 1440 }),
  image('jpeg', { width: 1080, height: 540 }),
  image('jpeg', { width: 1080, height: 1350 }),
  image('jpeg', { width: 1080, height: 566 }),
  image('jpeg', { width: 200, height: 200 }),
  image('jpeg', { width: 2500, height: 2500 }),
]).then(([square, png, heavy, tall, wide, tallest, widest, small, large]) => ({
  square,
  png,
  heavy,
  tall,
  wide,
  tallest,
  widest,
  small,
  large,
  text: Buffer.from('not an image'),
}));
