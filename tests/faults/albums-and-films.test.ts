import { expect, test } from 'vitest';
import { publishingNetworks } from '../../src/domain/network.ts';
import { expected } from '../support/fault-api.ts';
import { callsTo, oneCallEach } from '../support/fault-calls.ts';
import { lockAttempts } from '../support/fault-database.ts';
import { longTest, tell, useFaultStack } from '../support/fault-harness.ts';
import { arm, changeSettings, release, requests } from '../support/fault-networks.ts';
import {
  editor,
  readPost,
  scheduledPost,
  type Story,
  targetOn,
  untilAttempts,
  untilPost,
  untilPublished,
} from '../support/fault-posts.ts';
import { type Shape, shapes, type Step } from '../support/fault-shapes.ts';
import { destroy, start } from '../support/fault-stack.ts';
import { exactlyOnce, neverPublished, noUnconfirmed } from '../support/fault-verdicts.ts';
import { eventually } from '../support/fault-wait.ts';

useFaultStack();

const all: readonly Shape[] = Object.values(shapes);
/** Posts whose requests have no name in common, so that a fault meant for one never hits another. */
const apart: readonly Shape[] = [shapes.album, shapes.facebookReel, shapes.carousel, shapes.linkedinFilm];

test('albums, films, reels, carousels and documents whose every call loses its answer once are each published once', async () => {
  for (const operation of operationsOf(all)) await arm(networkOf(operation), operation, { action: 'lose_answer' });
  const stories = await scheduledTogether(all, 6_000);
  for (const story of stories) await untilPublished(story);
  await exactlyOnce(...stories);
  for (const story of stories) await publishedContainersOnce(story);
});

test('a worker killed among the uploads of an album, a film, a reel and a carousel leaves each to be published once', async () => {
  await killedAt(apart, (shape) => shape.steps[1]);
});

test('a worker killed during the calls that publish an album, a film, a reel and a carousel publishes none twice', async () => {
  const stories = await killedAt(apart, ({ publishes }) => ({ operation: publishes, nth: 1 }));
  for (const story of stories) await oneCallEach(story);
});

test('a reel that Facebook takes and cannot process ends as rejected with a reason, never as published', async () => {
  await arm('facebook', 'facebook.reel.upload', { action: 'processing_error' });
  const story = await scheduledPost({ dueInMs: 4_000, shape: shapes.facebookReel });
  const post = await untilPost(story, 'failed', { holds: ({ status }) => status === 'failed', withinMs: 40_000 });
  expect(targetOn(post, 'facebook')).toMatchObject({ state: 'rejected', reason: { code: 'processing_failed' } });
  expect(post.timeline.map(({ code }) => code)).toContain('target.processing');
  await neverPublished(story);
});

test('a post beyond the day’s count of Instagram waits, says why, and can be cancelled', async () => {
  await changeSettings('instagram', { publishingQuota: 0 });
  const story = await scheduledPost({ dueInMs: 4_000, shape: shapes.carousel });
  const waiting = await untilPost(story, 'held back by the quota', {
    holds: (post) => targetOn(post, 'instagram').reason?.code === 'quota',
    withinMs: 20_000,
  });
  expect(targetOn(waiting, 'instagram').state).not.toBe('rejected');
  await eventually('asked again when due', async () => ((await quotaReads(story)).length >= 2 ? true : null), {
    withinMs: 20_000,
  });
  expect(await callsTo(story, 'instagram')).toEqual([]);
  expected(await editor.command(`/v1/posts/${story.id}/cancel`), 200);
  await neverPublished(story);
});

for (const shape of all) {
  for (const step of [...shape.steps, { operation: shape.publishes, nth: 1 }]) {
    longTest(`${shape.name}: a worker killed at request ${step.nth} of ${step.operation}`, async () => {
      await killedAt([shape], () => step);
    });

    longTest(`${shape.name}: the answer to request ${step.nth} of ${step.operation} is lost`, async () => {
      await armNth(shape, step, 'lose_answer');
      const story = await scheduledPost({ dueInMs: 6_000, shape });
      await untilPublished(story);
      await exactlyOnce(story);
      await publishedContainersOnce(story);
    });
  }

  longTest(`${shape.name}: a worker killed while it waits for the instant leaves nothing in doubt`, async () => {
    const story = await scheduledPost({ dueInMs: 22_000, shape });
    await untilAttempts(story, ['armed']);
    await killAndRestart();
    await untilPublished(story);
    await exactlyOnce(story);
    await noUnconfirmed(story);
  });

  longTest(`${shape.name}: a worker killed between the answer and its record`, async () => {
    await arm(shape.network, shape.publishes, { action: 'hold' });
    const story = await scheduledPost({ dueInMs: 8_000, shape });
    await untilHeldAt(shape, { operation: shape.publishes, nth: 1 });
    const lock = await lockAttempts(story);
    await release();
    await eventually('an answer that waits to be recorded', async () => ((await lock.waiting()) === 1 ? true : null), {
      withinMs: 10_000,
    });
    await destroy('worker');
    await lock.release();
    await start('worker');
    await untilPublished(story);
    await exactlyOnce(story);
    await oneCallEach(story);
  });

  longTest(
    `${shape.name}: a publication that is dropped before it is taken goes out when it is said or safe`,
    async () => {
      await arm(shape.network, shape.publishes, { action: 'drop_before_accept' });
      const story = await scheduledPost({ dueInMs: 6_000, shape });
      const doubtful = await untilPost(story, 'in doubt', {
        holds: (post) => targetOn(post, shape.network).state === 'unconfirmed',
        withinMs: 30_000,
      });
      await neverPublished(story);
      const path = `/v1/posts/${story.id}/targets/${targetOn(doubtful, shape.network).id}/resolve`;
      expected(await editor.command(path, { resolution: { kind: 'send_again' } }), 200);
      await untilPublished(story);
      await exactlyOnce(story);
    },
  );
}

for (const shape of [shapes.film, shapes.facebookReel]) {
  longTest(`${shape.name}: a worker killed while Facebook processes what it has accepted`, async () => {
    await changeSettings('facebook', { processingDelayMs: shape.format === 'reel' ? 8_000 : 0 });
    const story = await scheduledPost({ dueInMs: 6_000, shape });
    await eventually('a call', async () => ((await callsTo(story, 'facebook')).length === 1 ? true : null), {
      withinMs: 40_000,
    });
    await killAndRestart();
    await untilPublished(story);
    await exactlyOnce(story);
    await oneCallEach(story);
  });
}

/** Kills the worker while each network has received that step's request and done nothing about it yet. */
async function killedAt(stages: readonly Shape[], at: (shape: Shape) => Step | undefined): Promise<readonly Story[]> {
  const held = stages.map((shape) => ({ shape, step: stepOf(at(shape)) }));
  for (const { shape, step } of held) await armNth(shape, step, 'hold');
  const stories = await scheduledTogether(stages, 6_000);
  for (const { shape, step } of held) await untilHeldAt(shape, step);
  await killAndRestart();
  await release();
  for (const story of stories) await untilPublished(story);
  await exactlyOnce(...stories);
  for (const story of stories) await publishedContainersOnce(story);
  return stories;
}

function stepOf(step: Step | undefined): Step {
  if (step === undefined) throw new Error('there is no such step');
  return step;
}

async function scheduledTogether(stages: readonly Shape[], dueInMs: number): Promise<readonly Story[]> {
  const stories: Story[] = [];
  for (const shape of stages) stories.push(await scheduledPost({ dueInMs, shape }));
  return stories;
}

/** Lets the requests before the nth pass, and does it to that one. */
async function armNth({ network }: Shape, { operation, nth }: Step, action: 'hold' | 'lose_answer'): Promise<void> {
  if (nth > 1) await arm(network, operation, { action: 'delay', delayMs: 0, times: nth - 1 });
  await arm(network, operation, { action });
}

async function untilHeldAt({ network }: Shape, { operation }: Step): Promise<void> {
  await eventually(
    `a held request of ${operation}`,
    async () =>
      (await requests(network, { operation, since: 0 })).some(({ state }) => state === 'held') ? true : null,
    { withinMs: 40_000 },
  );
}

async function killAndRestart(): Promise<void> {
  const killedAt = Date.now();
  await destroy('worker');
  await start('worker');
  tell('worker killed', { backAfterMs: Date.now() - killedAt });
}

/** Of the calls that publish, one alone has had an effect, whatever came before and after it. */
async function publishedContainersOnce(story: Story): Promise<void> {
  for (const { network } of story.pages) {
    const calls = await callsTo(story, network);
    expect(calls.filter(({ effect }) => effect)).toHaveLength(1);
  }
  const { targets } = await readPost(story);
  expect(targets.map(({ state }) => state)).toEqual(['published']);
}

const quotaReads = ({ scheduledAt }: Story) =>
  requests('instagram', { operation: 'instagram.quota.read', since: scheduledAt - 4_000 });

function operationsOf(stages: readonly Shape[]): ReadonlySet<string> {
  return new Set(stages.flatMap(({ steps, publishes }) => [...steps.map(({ operation }) => operation), publishes]));
}

const networkOf = (operation: string): Shape['network'] =>
  publishingNetworks.find((network) => operation.startsWith(network)) ?? 'facebook';
