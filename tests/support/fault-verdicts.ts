import { expect } from 'vitest';
import type { Publication } from '../../simulators/kernel/publications.ts';
import { callsTo } from './fault-calls.ts';
import { published } from './fault-networks.ts';
import { readPost, type Story } from './fault-posts.ts';

/** For each target one live post on the network, never two, and no call before its instant. */
export async function exactlyOnce(...stories: readonly Story[]): Promise<void> {
  const posts = await published();
  const counts = stories.map((story) => countsOf(story, posts));
  expect(counts).toEqual(stories.map((story) => story.pages.map(({ network }) => [network, 1])));
  await noneEarly(...stories);
}

/** No network has ever shown it. */
export async function neverPublished(...stories: readonly Story[]): Promise<void> {
  const posts = await published();
  const counts = stories.map((story) => countsOf(story, posts));
  expect(counts).toEqual(stories.map((story) => story.pages.map(({ network }) => [network, 0])));
}

/** No call that publishes one of these posts, or nothing at all, has arrived before its instant. */
export async function noneEarly(...stories: readonly Story[]): Promise<void> {
  for (const story of stories) {
    const calls = (await Promise.all(story.pages.map(({ network }) => callsTo(story, network)))).flat();
    const early = calls.filter(({ receivedAt }) => receivedAt < story.scheduledAt);
    expect(early).toEqual([]);
  }
}

/** No target was in doubt at any time. */
export async function noUnconfirmed(...stories: readonly Story[]): Promise<void> {
  for (const story of stories) {
    const { timeline } = await readPost(story);
    expect(timeline.filter(({ code }) => code === 'target.unconfirmed')).toEqual([]);
  }
}

/** How long after its instant a post arrived at each network, in milliseconds. */
export async function latenessOf(story: Story): Promise<Readonly<Record<string, number>>> {
  const posts = postsOf(story, await published());
  return Object.fromEntries(posts.map(({ network, receivedAt }) => [network, receivedAt - story.scheduledAt]));
}

function countsOf(story: Story, posts: readonly Publication[]): (string | number)[][] {
  const mine = postsOf(story, posts);
  return story.pages.map(({ network, externalId }) => [
    network,
    mine.filter((post) => post.network === network && post.account === externalId && post.deletedAt === null).length,
  ]);
}

const postsOf = (story: Story, posts: readonly Publication[]): readonly Publication[] =>
  posts.filter(({ text }) => text === story.text);
