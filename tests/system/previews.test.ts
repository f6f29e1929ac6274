import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { connectionId } from '../../dev/seed-tenant.ts';
import { seedTenants } from '../../simulators/seed.ts';
import type { PostView } from '../../src/api/posts/post-view-schemas.ts';
import type { PreviewsView } from '../../src/api/posts/preview-schemas.ts';
import { type PublishingNetwork, publishingNetworks } from '../../src/domain/network.ts';
import {
  armPublishing,
  calmNetworks,
  published,
  publishCall,
  requests,
  resetNetworks,
} from '../support/fault-networks.ts';
import { eventually } from '../support/fault-wait.ts';
import { demand } from '../support/running-api.ts';
import { imageForm } from '../support/tenant-api.ts';

test('what the preview promised is what each network shows', async () => {
  const mark = randomUUID();
  const text = `Saldi (fino al 50%) da @[Bar *Roma*](urn:li:organization:42)! #saldi_2026 https://a.example/x_y#z ${mark}`;
  const media = (await demand(201, '/v1/media', { as: elena, method: 'POST', body: await imageForm() })).body;
  const post = await write({ text, mediaIds: [media.id], targets: publishingNetworks.map(pageOn) });
  const { previews } = await previewsOf(post);
  await publish(post);
  const shown = (await published()).filter((one) => one.text.includes(mark));
  expect(byNetwork(shown.map((one) => [one.network, one.text]))).toEqual(
    byNetwork(previews.map((one) => [one.connection.network, one.text])),
  );
  expect(previews.find(({ connection }) => connection.network === 'linkedin')?.text).toContain('da Bar *Roma*!');
});

test('a link card with a picture passes the last judgement too, and goes out once', async () => {
  const mark = randomUUID();
  const picture = (await demand(201, '/v1/media', { as: elena, method: 'POST', body: await imageForm() })).body;
  const link = { url: 'https://mercato.example/saldi', title: `Saldi ${mark}`, mediaId: picture.id };
  const post = await write({ text: mark, link, targets: [pageOn('linkedin')] });
  const [preview] = (await previewsOf(post)).previews;
  expect(preview?.link.card).toMatchObject({ source: 'given', title: link.title, image: { mediaId: picture.id } });
  await publish(post);
  const [shown, ...others] = (await published()).filter((one) => one.text.includes(mark));
  expect(others).toEqual([]);
  expect(shown?.network).toBe('linkedin');
});

test('a post with a mention whose answer was lost is recognised, and sent once', async () => {
  const startedAt = Date.now();
  const mark = randomUUID();
  const post = await write({ text: `Con @[Aurora](urn:li:organization:42) ${mark}`, targets: [pageOn('linkedin')] });
  await armPublishing(['linkedin'], { action: 'lose_answer' });
  await publish(post);
  expect((await published()).filter((one) => one.text === `Con Aurora ${mark}`)).toHaveLength(1);
  expect(await requests('linkedin', { operation: publishCall.linkedin, since: startedAt })).toHaveLength(1);
});

const [elena, marco] = ['elena.aurora', 'marco.aurora'];
const patienceMs = 60_000;

beforeEach(resetNetworks);
afterAll(calmNetworks);

function pageOn(network: PublishingNetwork): { connectionId: string } {
  const page = seedTenants.find(({ slug }) => slug === 'aurora')?.[network][0];
  if (page === undefined) throw new Error(`aurora has no page on ${network}`);
  return { connectionId: connectionId(page) };
}

async function write(json: object): Promise<PostView> {
  return (await demand(201, '/v1/posts', { as: elena, method: 'POST', json })).body;
}

async function previewsOf({ id }: PostView): Promise<PreviewsView> {
  return (await demand(200, `/v1/posts/${id}/previews`, { as: elena })).body;
}

/** Through its review and out. */
async function publish({ id }: PostView): Promise<void> {
  const command = (as: string, name: string, json?: object) =>
    demand(200, `/v1/posts/${id}/${name}`, { as, method: 'POST', ...(json === undefined ? {} : { json }) });
  await command(elena, 'submit');
  await command(marco, 'decisions', { verdict: 'approve' });
  await command(elena, 'publish-now');
  await eventually(
    'published',
    async () => ((await demand(200, `/v1/posts/${id}`, { as: elena })).body.status === 'published' ? true : null),
    { withinMs: patienceMs },
  );
}

function byNetwork(texts: readonly (readonly [PublishingNetwork, string])[]) {
  return Object.fromEntries(texts);
}
