import { afterAll, beforeEach, expect, test } from 'vitest';
import type { PostView } from '../../src/api/posts/post-view-schemas.ts';
import type { PublishingNetwork } from '../../src/domain/network.ts';
import { arm, calmNetworks, published, resetNetworks, setToken } from '../support/fault-networks.ts';
import {
  pageOn,
  readPost,
  repairConnections,
  scheduledPost,
  type Story,
  targetOn,
  untilPublished,
} from '../support/fault-posts.ts';
import { callRunning, demand } from '../support/running-api.ts';

test.each(['facebook', 'linkedin'] as const)('on %s a text is corrected, and then taken down', async (network) => {
  const story = await sentNow([network]);
  const edited = await edit(story, network, 'Chiuso per inventario (riapre domani) #sì');
  expect([edited.status, targetOn(edited.body, network).editedText]).toEqual([
    200,
    'Chiuso per inventario (riapre domani) #sì',
  ]);
  expect(await onNetwork(story, network)).toMatchObject({
    text: 'Chiuso per inventario (riapre domani) #sì',
    editedAt: expect.any(Number),
    deletedAt: null,
  });
  const removed = await remove(story, network);
  expect([removed.status, targetOn(removed.body, network).removedAt]).toEqual([200, expect.any(String)]);
  expect((await onNetwork(story, network)).deletedAt).toEqual(expect.any(Number));
});

test('Instagram lets nobody do either, and its post stays as it is', async () => {
  const story = await sentNow(['instagram']);
  for (const answer of [await edit(story, 'instagram', 'Nuovo'), await remove(story, 'instagram')]) {
    expect([answer.status, answer.body.type]).toEqual([409, '/problems/not-offered']);
  }
  expect(await onNetwork(story, 'instagram')).toMatchObject({ text: story.text, editedAt: null, deletedAt: null });
});

test.each(['facebook', 'linkedin'] as const)('%s loses its answer: the call is repeated by itself', async (network) => {
  const story = await sentNow([network]);
  await arm(network, `${network}.post.edit`, { action: 'lose_answer' });
  expect((await edit(story, network, 'Corretto')).status).toBe(200);
  expect((await onNetwork(story, network)).text).toBe('Corretto');
  await arm(network, `${network}.post.delete`, { action: 'lose_answer' });
  expect((await remove(story, network)).status).toBe(200);
  expect((await onNetwork(story, network)).deletedAt).toEqual(expect.any(Number));
});

test.each(['facebook', 'linkedin'] as const)(
  '%s deletes it and says that it could not: a clear problem, and the same request again brings both together',
  async (network) => {
    const story = await sentNow([network]);
    await arm(network, `${network}.post.delete`, { action: 'status', status: 503, effect: true, times: null });
    const failed = await remove(story, network);
    expect([failed.status, failed.body.type]).toEqual([503, '/problems/network-unavailable']);
    expect(targetOn(await readPost(story), network).removedAt).toBeNull();
    await calmNetworks();
    const again = await remove(story, network);
    expect([again.status, targetOn(again.body, network).removedAt]).toEqual([200, expect.any(String)]);
    expect((await onNetwork(story, network)).deletedAt).toEqual(expect.any(Number));
  },
);

test('a token that the network refuses marks the connection', async () => {
  const story = await sentNow(['facebook']);
  await setToken(pageOn('facebook'), 'revoke');
  const refused = await remove(story, 'facebook');
  expect([refused.status, refused.body.type, refused.body.state]).toEqual([
    409,
    '/problems/connection-broken',
    'expired',
  ]);
  await setToken(pageOn('facebook'), 'restore');
  await repairConnections();
  expect((await remove(story, 'facebook')).status).toBe(200);
});

const elena = 'elena.aurora';

beforeEach(async () => {
  await resetNetworks();
  await calmNetworks();
  await repairConnections();
});
afterAll(async () => {
  await calmNetworks();
  await repairConnections();
});

async function sentNow(on: readonly PublishingNetwork[]): Promise<Story> {
  const story = await scheduledPost({ dueInMs: 3_600_000, on });
  await demand(200, `/v1/posts/${story.id}/publish-now`, { as: elena, method: 'POST' });
  await untilPublished(story);
  return story;
}

async function edit(story: Story, network: PublishingNetwork, text: string) {
  const path = await pathOf(story, network);
  return callRunning(path, { as: elena, method: 'PATCH', json: { text }, headers: { 'if-match': '*' } });
}

async function remove(story: Story, network: PublishingNetwork) {
  return callRunning(await pathOf(story, network), { as: elena, method: 'DELETE' });
}

async function pathOf(story: Story, network: PublishingNetwork): Promise<string> {
  const post: PostView = await readPost(story);
  return `/v1/posts/${story.id}/targets/${targetOn(post, network).id}/publication`;
}

/** The post as the network counts it, gone or not. */
async function onNetwork({ pages, createdAt }: Story, network: PublishingNetwork) {
  const page = pages.find((candidate) => candidate.network === network);
  const posts = (await published()).filter(
    (post) => post.network === network && post.account === page?.externalId && post.receivedAt >= createdAt,
  );
  expect(posts).toHaveLength(1);
  const [post] = posts;
  if (post === undefined) throw new Error('the network does not know the post');
  return post;
}
