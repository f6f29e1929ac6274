import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { caller, expected } from '../support/fault-api.ts';
import { attemptsOf } from '../support/fault-database.ts';
import { longTest, tell, useFaultStack } from '../support/fault-harness.ts';
import { published } from '../support/fault-networks.ts';
import { editor, readPost, scheduledPost, type Story, untilPost, untilPublished } from '../support/fault-posts.ts';
import { destroy, freeze, start } from '../support/fault-stack.ts';
import { exactlyOnce, neverPublished } from '../support/fault-verdicts.ts';
import { eventually, until } from '../support/fault-wait.ts';

useFaultStack();

const supervisor = caller('paolo.aurora');
const hourMs = 3_600_000;

afterEach(async () => {
  await supervisor.command('/v1/crisis-stop/release', { posts: 'all' });
});

test('of fifty posts that are due, none whose call had not begun goes out after the stop was answered', async () => {
  const { stories, answeredAt } = await stopAmongDuePosts();
  await neverLater(stories, answeredAt);
  await releaseAll();
  await Promise.all(stories.map((story) => untilPublished(story)));
  await onceEach(stories);
});

longTest(
  'nor does any after worker and API were killed between stop and release; released, all go out once',
  async () => {
    const { stories, answeredAt } = await stopAmongDuePosts();
    // Calls that had begun are answered by then: nothing is left in doubt by the kill.
    await until(answeredAt + 2_000);
    await Promise.all([destroy('worker'), destroy('api')]);
    await Promise.all([start('worker'), start('api')]);
    await neverLater(stories, answeredAt);
    const releasing = releaseAll();
    await destroy('worker');
    await start('worker');
    await releasing;
    await Promise.all(stories.map((story) => untilPublished(story, 120_000)));
    await onceEach(stories);
  },
);

test('a post that was parked keeps its slot through a killed worker and goes out at it once released', async () => {
  const story = await scheduledPost({ dueInMs: 25_000, on: ['facebook', 'linkedin'] });
  expected(await supervisor.command('/v1/crisis-stop', { reason: 'Falscher Preis' }), 200);
  await untilParked(story);
  await destroy('worker');
  await start('worker');
  await releaseAll('keep');
  tell('released ahead of the slot (ms)', { ahead: story.scheduledAt - Date.now() });
  await untilPublished(story, 90_000);
  await exactlyOnce(story);
});

test('a post whose slot passed while stopped is never published late by itself', async () => {
  const story = await scheduledPost({ dueInMs: 3_000, on: ['facebook'] });
  expected(await supervisor.command('/v1/crisis-stop', { reason: 'Falscher Preis' }), 200);
  await untilParked(story);
  await until(story.scheduledAt + 1_000);
  await releaseAll('keep');
  await untilPost(story, 'missed', {
    holds: ({ status, missedSlot }) => status === 'approved' && missedSlot,
    withinMs: 20_000,
  });
  await until(Date.now() + 2_000);
  await neverPublished(story);
});

test('an edit whose answer is lost with the API is repeated by its key, and adopted once', async () => {
  const story = await scheduledPost({ dueInMs: hourMs, on: ['facebook'] });
  const key = randomUUID();
  const edit = () => editor.patch(`/v1/posts/${story.id}`, { text: `${story.text}, neu` }, key);
  const thaw = freeze('worker');
  const lost = edit().catch((error: unknown) => error);
  await eventually('the revision is written', async () => ((await attemptsOf(story)).length === 0 ? true : null), {
    withinMs: 5_000,
  });
  await until(Date.now() + 1_500);
  await destroy('api');
  expect(await lost).toBeInstanceOf(Error);
  await start('api');
  thaw();
  const answer = await eventually(
    'an answer to the edit',
    async () => {
      const again = await edit();
      return again.status === 409 || again.status === 503 ? null : again;
    },
    { withinMs: 90_000 },
  );
  expect(answer).toMatchObject({ status: 200, body: { revision: 2, status: 'in_review' } });
  const { timeline } = await readPost(story);
  expect(timeline.filter(({ code }) => code === 'post.edited')).toHaveLength(1);
});

/** Fifty posts due within two and a half seconds, and a stop among them. */
async function stopAmongDuePosts(): Promise<{ stories: readonly Story[]; answeredAt: number }> {
  const dueAt = Date.now() + 30_000;
  const stories: Story[] = [];
  for (let batch = 0; batch < 5; batch += 1) {
    const made = Array.from({ length: 10 }, (_, index) =>
      scheduledPost({ dueInMs: dueAt + (batch * 10 + index) * 50 - Date.now(), on: ['facebook'] }),
    );
    stories.push(...(await Promise.all(made)));
  }
  // With its token in hand: what is measured begins with the request.
  expected(await supervisor.get('/v1/crisis-stop'), 200);
  await until(dueAt + 500);
  expected(await supervisor.post('/v1/crisis-stop', { reason: 'Falscher Preis' }), 200);
  const answeredAt = Date.now();
  tell('fifty posts were made in time (ms left)', { left: dueAt - Math.max(...stories.map((s) => s.createdAt)) });
  return { stories, answeredAt };
}

/** Whatever arrived after the answer had begun before; everything else is parked, and nothing is in doubt. */
async function neverLater(stories: readonly Story[], answeredAt: number): Promise<void> {
  await until(Math.max(Date.now(), ...stories.map((story) => story.scheduledAt)) + 3_000);
  const out = new Map((await published()).map((post) => [post.text, post.receivedAt]));
  const begun = new Set<string>();
  for (const story of stories) {
    const called = (await attemptsOf(story)).flatMap(({ callingAt }) =>
      callingAt === null ? [] : [callingAt.getTime()],
    );
    if (called.length > 0) begun.add(story.text);
    expect(called.filter((at) => at > answeredAt)).toEqual([]);
  }
  expect(new Set(stories.flatMap(({ text }) => (out.has(text) ? [text] : [])))).toEqual(begun);
  const late = stories.filter(({ text }) => (out.get(text) ?? 0) > answeredAt).length;
  tell('a stop among fifty due posts', { out: begun.size, held: stories.length - begun.size, arrivedAfter: late });
  expect(begun.size).toBeLessThan(stories.length);
  for (const story of stories) if (!begun.has(story.text)) await untilParked(story);
}

async function untilParked(story: Story): Promise<void> {
  await untilPost(story, 'parked', {
    holds: ({ targets }) => targets.every(({ state, reason }) => state === 'parked' && reason?.code === 'halted'),
    withinMs: 30_000,
  });
}

async function releaseAll(passedSlots: 'publish_now' | 'keep' = 'publish_now'): Promise<void> {
  expected(await supervisor.command('/v1/crisis-stop/release', { posts: 'all', passedSlots }), 200);
}

/** Once each, whenever that was: those that were held have a new instant. */
async function onceEach(stories: readonly Story[]): Promise<void> {
  const posts = (await published()).filter(({ deletedAt }) => deletedAt === null);
  const counts = stories.map(({ text }) => posts.filter((post) => post.text === text).length);
  expect(counts).toEqual(stories.map(() => 1));
}
