import { expect, test } from 'vitest';
import { publishingNetworks } from '../../src/domain/network.ts';
import { oneCallEach, untilHeld } from '../support/fault-calls.ts';
import { attemptsOf, lockAttempts } from '../support/fault-database.ts';
import { longTest, tell, useFaultStack } from '../support/fault-harness.ts';
import { armPublishing, release } from '../support/fault-networks.ts';
import { readPost, scheduledPost, type Story, untilAttempts, untilPublished } from '../support/fault-posts.ts';
import { destroy, start } from '../support/fault-stack.ts';
import { exactlyOnce, latenessOf, noUnconfirmed } from '../support/fault-verdicts.ts';
import { eventually } from '../support/fault-wait.ts';

useFaultStack();

test('a worker killed while it waits for the instant leaves nothing in doubt, and the post goes out at its instant', async () => {
  const story = await scheduledPost({ dueInMs: 24_000 });
  await untilAttempts(story, ['armed']);
  await killAndRestart(story);
  await untilPublished(story);
  await exactlyOnce(story);
  await noUnconfirmed(story);
  const lateness = await latenessOf(story);
  tell('lateness (ms) after a SIGKILL 20 s ahead', lateness);
  expect(Math.max(...Object.values(lateness))).toBeLessThan(2_000);
});

longTest('a worker killed just before the instant leaves nothing in doubt, and the post goes out late', async () => {
  const story = await scheduledPost({ dueInMs: 7_000 });
  await untilAttempts(story, ['armed']);
  await killAndRestart(story);
  await untilPublished(story);
  await exactlyOnce(story);
  await noUnconfirmed(story);
  tell('lateness (ms) after a SIGKILL just before the instant', await latenessOf(story));
});

test('a worker killed during the calls publishes each post once: the publishingNetworks are asked', async () => {
  await armPublishing(publishingNetworks, { action: 'hold' });
  const story = await scheduledPost({ dueInMs: 5_000 });
  await untilHeld(story);
  await killAndRestart(story);
  await release();
  await untilInDoubt(story);
  await untilPublished(story);
  await exactlyOnce(story);
  await oneCallEach(story);
});

for (const network of publishingNetworks) {
  longTest(
    `a worker killed during the call to ${network} alone leaves the other publishingNetworks in no doubt`,
    async () => {
      await armPublishing([network], { action: 'hold' });
      const story = await scheduledPost({ dueInMs: 5_000 });
      await eventually(
        'the others published',
        async () => ((await attemptsOf(story)).filter(({ state }) => state === 'done').length === 2 ? true : null),
        { withinMs: 20_000 },
      );
      await killAndRestart(story);
      await release();
      await untilPublished(story);
      await exactlyOnce(story);
      await oneCallEach(story);
      const { timeline, targets } = await readPost(story);
      const doubted = timeline.filter(({ code }) => code === 'target.unconfirmed').map(({ data }) => data['targetId']);
      expect(doubted).toEqual(targets.filter((target) => target.connection.network === network).map(({ id }) => id));
    },
  );
}

test('a worker killed between an answer and its record publishes each post once: the publishingNetworks are asked', async () => {
  await armPublishing(publishingNetworks, { action: 'hold' });
  const story = await scheduledPost({ dueInMs: 5_000 });
  await untilHeld(story);
  const lock = await lockAttempts(story);
  await release();
  await eventually('three answers wait to be recorded', async () => ((await lock.waiting()) === 3 ? true : null), {
    withinMs: 10_000,
  });
  await destroy('worker');
  await lock.release();
  await start('worker');
  await untilInDoubt(story);
  await untilPublished(story);
  await exactlyOnce(story);
  await oneCallEach(story);
});

longTest('a worker killed between the record and its report to Temporal leaves nothing in doubt', async () => {
  await armPublishing(publishingNetworks, { action: 'hold' });
  const story = await scheduledPost({ dueInMs: 5_000 });
  await untilHeld(story);
  const lock = await lockAttempts(story);
  await release();
  await eventually('three answers wait to be recorded', async () => ((await lock.waiting()) === 3 ? true : null), {
    withinMs: 10_000,
  });
  await destroy('temporal');
  await lock.release();
  await untilAttempts(story, ['done']);
  await destroy('worker');
  await start('temporal');
  await start('worker');
  await untilPublished(story);
  await exactlyOnce(story);
  await oneCallEach(story);
  await noUnconfirmed(story);
});

longTest('a worker killed right after the last record ends the post as published', async () => {
  const story = await scheduledPost({ dueInMs: 5_000 });
  await untilAttempts(story, ['done']);
  await killAndRestart(story);
  await untilPublished(story);
  await exactlyOnce(story);
  await oneCallEach(story);
  await noUnconfirmed(story);
});

async function killAndRestart(story: Story): Promise<void> {
  const killedAt = Date.now();
  await destroy('worker');
  await start('worker');
  tell('worker killed', { beforeInstantMs: story.scheduledAt - killedAt, backAfterMs: Date.now() - killedAt });
}

async function untilInDoubt(story: Story): Promise<void> {
  const startedAt = Date.now();
  await eventually(
    'every target unconfirmed',
    async () => {
      const { timeline } = await readPost(story);
      const doubts = timeline.filter(({ code }) => code === 'target.unconfirmed');
      return doubts.length === story.pages.length ? doubts : null;
    },
    { withinMs: 40_000 },
  );
  tell('every target known to be in doubt', { afterRestartMs: Date.now() - startedAt });
}
