import { expect, test } from 'vitest';
import { oneCallEach, untilHeld } from '../support/fault-calls.ts';
import { lockAttempts, undeliveredMessages } from '../support/fault-database.ts';
import { longTest, tell, useFaultStack } from '../support/fault-harness.ts';
import { publishingNetworks } from '../../src/domain/network.ts';
import { armPublishing, release } from '../support/fault-networks.ts';
import {
  approve,
  scheduledPost,
  submittedPost,
  untilAttempts,
  untilPost,
  untilPublished,
} from '../support/fault-posts.ts';
import { destroy, pidOf, start, stop } from '../support/fault-stack.ts';
import { exactlyOnce, latenessOf, noUnconfirmed } from '../support/fault-verdicts.ts';
import { eventually, until } from '../support/fault-wait.ts';

useFaultStack();

test('an API that is killed between the commit and the start of the process loses nothing: the process starts', async () => {
  await stop('worker'); // and with it the relay, so that the message has to wait
  const story = await submittedPost({ dueInMs: 40_000 });
  expect(await undeliveredMessages(story)).toBe(1);
  await destroy('api');
  await Promise.all([start('api'), start('worker')]);
  await eventually('delivered', async () => ((await undeliveredMessages(story)) === 0 ? true : null), {
    withinMs: 20_000,
  });
  await approve(story);
  const post = await untilPost(story, 'scheduled', { holds: ({ status }) => status === 'scheduled', withinMs: 10_000 });
  expect(post.timeline.map(({ code }) => code)).toContain('post.approved');
});

longTest('a relay that is killed right after a commit brings the message to Temporal when it is back', async () => {
  const stories = [];
  for (let n = 0; n < 5; n += 1) stories.push(await submittedPost({ dueInMs: 60 * 60_000 }));
  await destroy('worker');
  stories.push(await submittedPost({ dueInMs: 60 * 60_000 }));
  await start('worker');
  for (const story of stories) {
    await approve(story);
    await untilPost(story, 'scheduled', { holds: ({ status }) => status === 'scheduled', withinMs: 10_000 });
  }
});

test('Temporal and Postgres killed while a post is in review: it is approved afterwards and goes out once', async () => {
  const story = await submittedPost({ dueInMs: 25_000 });
  await untilPost(story, 'in review', { holds: ({ status }) => status === 'in_review', withinMs: 5_000 });
  const worker = pidOf('worker');
  await destroy('temporal');
  await start('temporal');
  await destroy('postgres');
  await start('postgres');
  const backAt = Date.now();
  await approve(story);
  tell('Temporal and Postgres restarted', { approvedAfterMs: Date.now() - backAt });
  await untilPublished(story);
  await exactlyOnce(story);
  await noUnconfirmed(story);
  expect(pidOf('worker')).toBe(worker);
});

longTest('Temporal killed while workers wait for the instant: the calls go out in time all the same', async () => {
  const story = await scheduledPost({ dueInMs: 8_000 });
  await untilAttempts(story, ['armed']);
  await destroy('temporal');
  await until(story.scheduledAt + 1_000);
  await start('temporal');
  await untilPublished(story, 90_000);
  await exactlyOnce(story);
  await noUnconfirmed(story);
  const lateness = await latenessOf(story);
  tell('lateness (ms) without Temporal', lateness);
  expect(Math.max(...Object.values(lateness))).toBeLessThan(2_000);
});

longTest('Postgres down over the instant: the post goes out once when it is back', async () => {
  const story = await scheduledPost({ dueInMs: 6_000 });
  await untilAttempts(story, ['armed']);
  await until(story.scheduledAt - 400);
  await destroy('postgres');
  await until(story.scheduledAt + 3_000);
  await start('postgres');
  await untilPublished(story, 90_000);
  await exactlyOnce(story);
  tell('lateness (ms) with Postgres down for 3.4 s over the instant', await latenessOf(story));
});

longTest('Postgres killed at the very instant: nothing twice, nothing lost', async () => {
  for (const offsetMs of [-2, 2, 6, 10, 20]) {
    const story = await scheduledPost({ dueInMs: 6_000 });
    await untilAttempts(story, ['armed']);
    await until(story.scheduledAt + offsetMs);
    await destroy('postgres');
    await start('postgres');
    await untilPublished(story);
    await exactlyOnce(story);
    tell(`lateness (ms) with Postgres killed ${offsetMs} ms after the instant`, await latenessOf(story));
  }
  expect(pidOf('worker')).toBeGreaterThan(0);
});

longTest('Postgres killed while workers claim their calls: nothing was sent, and nothing is in doubt', async () => {
  const story = await scheduledPost({ dueInMs: 6_000 });
  await untilAttempts(story, ['armed']);
  const lock = await lockAttempts(story);
  await eventually('claims in flight', async () => ((await lock.waiting()) > 0 ? true : null), {
    withinMs: 10_000,
  });
  await destroy('postgres');
  await start('postgres');
  await untilPublished(story);
  await exactlyOnce(story);
  await noUnconfirmed(story);
  tell('lateness (ms) with Postgres killed in the claim', await latenessOf(story));
});

longTest('Postgres killed while the publishingNetworks answer: the answers are kept until it is back', async () => {
  await armPublishing(publishingNetworks, { action: 'hold' });
  const story = await scheduledPost({ dueInMs: 5_000 });
  await untilHeld(story);
  await destroy('postgres');
  await release();
  await until(Date.now() + 2_000);
  await start('postgres');
  await untilPublished(story);
  await exactlyOnce(story);
  await noUnconfirmed(story);
});

longTest('a machine that loses power during the calls publishes each post once when it is back', async () => {
  await armPublishing(publishingNetworks, { action: 'hold' });
  const story = await scheduledPost({ dueInMs: 5_000 });
  await untilHeld(story);
  await Promise.all((['worker', 'api', 'temporal', 'postgres'] as const).map(destroy));
  await release();
  await Promise.all((['postgres', 'temporal'] as const).map(start));
  await Promise.all((['api', 'worker'] as const).map(start));
  await untilPublished(story, 90_000);
  await exactlyOnce(story);
  await oneCallEach(story);
});
