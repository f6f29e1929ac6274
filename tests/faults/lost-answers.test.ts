import { expect, test } from 'vitest';
import { publishingNetworks } from '../../src/domain/network.ts';
import { oneCallEach } from '../support/fault-calls.ts';
import { longTest, useFaultStack } from '../support/fault-harness.ts';
import { armPublishing, lookCall, requests } from '../support/fault-networks.ts';
import { editor, readPost, scheduledPost, type Story, untilPost, untilPublished } from '../support/fault-posts.ts';
import { exactlyOnce, neverPublished } from '../support/fault-verdicts.ts';
import { eventually } from '../support/fault-wait.ts';
import { expected } from '../support/fault-api.ts';

useFaultStack();

test('a post whose answer is lost is in doubt until the network has been asked, and is not sent again', async () => {
  await armPublishing(publishingNetworks, { action: 'lose_answer' });
  const story = await scheduledPost({ dueInMs: 4_000 });
  await untilInDoubt(story);
  await untilPublished(story);
  await exactlyOnce(story);
  await oneCallEach(story);
  for (const network of publishingNetworks) expect(await looksAt(story, network)).not.toHaveLength(0);
  const { timeline, targets } = await readPost(story);
  for (const { id } of targets) {
    const told = timeline.filter(({ data }) => data['targetId'] === id).map(({ code }) => code);
    expect(told.indexOf('target.unconfirmed')).toBeGreaterThan(-1);
    expect(told.indexOf('target.published')).toBeGreaterThan(told.indexOf('target.unconfirmed'));
  }
});

longTest(
  'a post that the network drops before taking it stays in doubt, and goes out when a person says so',
  async () => {
    await armPublishing(publishingNetworks, { action: 'drop_before_accept' });
    const story = await scheduledPost({ dueInMs: 4_000 });
    await untilInDoubt(story);
    for (const network of publishingNetworks) {
      await eventually(
        `a question to ${network}`,
        async () => ((await looksAt(story, network)).length > 0 ? true : null),
        {
          withinMs: 20_000,
        },
      );
    }
    await neverPublished(story);
    const doubtful = await readPost(story);
    expect(doubtful.attention).toBe(true);
    expect(doubtful.attentionCauses.map(({ code }) => code)).toEqual(publishingNetworks.map(() => 'answer_lost'));
    for (const { id } of doubtful.targets) {
      expected(
        await editor.command(`/v1/posts/${story.id}/targets/${id}/resolve`, { resolution: { kind: 'send_again' } }),
        200,
      );
    }
    await untilPublished(story);
    await exactlyOnce(story);
  },
);

longTest(
  'a post that arrived although the network answered with an error of its own is found, not repeated',
  async () => {
    await armPublishing(publishingNetworks, { action: 'status', status: 502, effect: true });
    const story = await scheduledPost({ dueInMs: 4_000 });
    await untilInDoubt(story);
    await untilPublished(story);
    await exactlyOnce(story);
  },
);

/** Every target has been unconfirmed at some time. */
async function untilInDoubt(story: Story): Promise<void> {
  await untilPost(story, 'every target in doubt', {
    holds: ({ timeline }) => timeline.filter(({ code }) => code === 'target.unconfirmed').length >= story.pages.length,
    withinMs: 30_000,
  });
}

async function looksAt(story: Story, network: Story['pages'][number]['network']) {
  const asked = await requests(network, { operation: lookCall[network], since: story.scheduledAt });
  return asked.filter(({ state }) => state === 'answered');
}
