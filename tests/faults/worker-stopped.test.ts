import { expect, test } from 'vitest';
import { oneCallEach } from '../support/fault-calls.ts';
import { attemptsOf, lockAttempts } from '../support/fault-database.ts';
import { longTest, tell, useFaultStack } from '../support/fault-harness.ts';
import { scheduledPost, type Story, untilAttempts, untilPublished } from '../support/fault-posts.ts';
import { freeze, start, startSecondWorker, stop } from '../support/fault-stack.ts';
import { exactlyOnce, latenessOf, noUnconfirmed } from '../support/fault-verdicts.ts';
import { eventually, until } from '../support/fault-wait.ts';

useFaultStack();

test('a worker that is asked to stop hands back what it has armed, and the next one publishes it in time', async () => {
  const story = await scheduledPost({ dueInMs: 15_000 });
  await untilAttempts(story, ['armed']);
  const askedAt = Date.now();
  await stop('worker');
  const stoppedAfterMs = Date.now() - askedAt;
  const states = (await attemptsOf(story)).map(({ state }) => state);
  expect(states).toEqual(['released', 'released', 'released']);
  await start('worker');
  tell('a graceful restart', { stoppedAfterMs, backAfterMs: Date.now() - askedAt });
  await untilPublished(story);
  await exactlyOnce(story);
  await noUnconfirmed(story);
  const lateness = await latenessOf(story);
  tell('lateness (ms) after a graceful restart 13 s ahead', lateness);
  expect(Math.max(...Object.values(lateness))).toBeLessThan(2_000);
});

longTest('a worker that is asked to stop at the very instant ends its calls or hands them back', async () => {
  const story = await scheduledPost({ dueInMs: 6_000 });
  await untilAttempts(story, ['armed']);
  await until(story.scheduledAt - 5);
  await stop('worker');
  await start('worker');
  await untilPublished(story);
  await exactlyOnce(story);
  await noUnconfirmed(story);
  tell('lateness (ms) after a graceful restart at the instant', await latenessOf(story));
});

longTest('a worker that was frozen over the instant never calls for an attempt that was fenced meanwhile', async () => {
  const story = await scheduledPost({ dueInMs: 10_000 });
  await untilAttempts(story, ['armed']);
  await startSecondWorker();
  await until(story.scheduledAt - 300);
  const thaw = freeze('worker');
  const frozenAt = Date.now();
  await eventually(
    'fenced by the other worker',
    async () => ((await firstAttempts(story)).every(({ state }) => state === 'released') ? true : null),
    { withinMs: 45_000 },
  );
  tell('a frozen worker', { fencedAfterMs: Date.now() - frozenAt });
  thaw();
  await untilPublished(story);
  await exactlyOnce(story);
  await noUnconfirmed(story);
  await oneCallEach(story);
  tell('lateness (ms) with a frozen worker', await latenessOf(story));
});

longTest('a worker that is alone and frozen for 15 s over the instant still publishes each post once', async () => {
  const story = await scheduledPost({ dueInMs: 7_000 });
  await untilAttempts(story, ['armed']);
  await until(story.scheduledAt - 300);
  const thaw = freeze('worker');
  await until(Date.now() + 15_000);
  thaw();
  await untilPublished(story);
  await exactlyOnce(story);
  tell('lateness (ms) after 15 s without time', await latenessOf(story));
});

test('a call that could not be claimed within a second is not made, but handed back and made anew', async () => {
  const story = await scheduledPost({ dueInMs: 6_000, on: ['linkedin'] });
  await untilAttempts(story, ['armed']);
  const lock = await lockAttempts(story);
  await until(story.scheduledAt + 1_500);
  expect(await lock.waiting()).toBe(1);
  await lock.release();
  await untilPublished(story);
  await exactlyOnce(story);
  await noUnconfirmed(story);
  expect((await attemptsOf(story)).map(({ state }) => state)).toEqual(['released', 'done']);
});

async function firstAttempts(story: Story) {
  return (await attemptsOf(story)).filter(({ n }) => n === 1);
}
