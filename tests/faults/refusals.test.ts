import { expect, test } from 'vitest';
import { publishingNetworks } from '../../src/domain/network.ts';
import { expected } from '../support/fault-api.ts';
import { callsTo } from '../support/fault-calls.ts';
import { longTest, tell, useFaultStack } from '../support/fault-harness.ts';
import { arm, armPublishing, published, setToken } from '../support/fault-networks.ts';
import {
  editor,
  pageOn,
  scheduledPost,
  type Story,
  targetOn,
  untilAttempts,
  untilPost,
  untilPublished,
} from '../support/fault-posts.ts';
import { exactlyOnce, neverPublished, noneEarly, noUnconfirmed } from '../support/fault-verdicts.ts';

useFaultStack();

test('a network that is too busy is called again after the time it has named, not before', async () => {
  const retryAfterMs = 4_000;
  const headers = { 'retry-after': String(retryAfterMs / 1_000) };
  await armPublishing(publishingNetworks, { action: 'status', status: 429, headers });
  const story = await scheduledPost({ dueInMs: 4_000 });
  await untilPublished(story);
  await exactlyOnce(story);
  await noUnconfirmed(story);
  for (const network of publishingNetworks) {
    const [first, second, ...more] = await callsTo(story, network);
    expect(more).toEqual([]);
    const pauseMs = (second?.receivedAt ?? 0) - (first?.answeredAt ?? Infinity);
    tell(`pause (ms) before ${network} is called again`, { wished: retryAfterMs, pauseMs });
    expect(pauseMs).toBeGreaterThanOrEqual(retryAfterMs);
    expect(pauseMs).toBeLessThan(retryAfterMs + 5_000);
  }
});

test('a token that is revoked in the last minute parks its target until a check finds it restored', async () => {
  const story = await scheduledPost({ dueInMs: 5_000 });
  await untilAttempts(story, ['armed']);
  await parkedAndRepaired(story);
});

longTest(
  'a token that is revoked before the preparation parks its target until a check finds it restored',
  async () => {
    await setToken(pageOn('facebook'), 'revoke');
    await parkedAndRepaired(await scheduledPost({ dueInMs: 4_000 }));
  },
);

test('an image that Instagram cannot process is rejected with a reason, and the others are published', async () => {
  await arm('instagram', 'instagram.container.create', { action: 'processing_error' });
  const story = await scheduledPost({ dueInMs: 4_000 });
  const post = await untilPost(story, 'partially published', {
    holds: ({ status }) => status === 'partially_published',
    withinMs: 30_000,
  });
  const { state, reason } = targetOn(post, 'instagram');
  expect(state).toBe('rejected');
  expect(reason?.code).toBe('processing_failed');
  expect(reason?.message).toMatch(/\w+ \w+/);
  const shown = (await published()).filter(({ text }) => text === story.text).map(({ network }) => network);
  expect(shown.toSorted()).toEqual(['facebook', 'linkedin']);
  await noneEarly(story);
});

/** Facebook's token is refused; the other targets go out; after the repair Facebook's does, once. */
async function parkedAndRepaired(story: Story): Promise<void> {
  const page = pageOn('facebook');
  await setToken(page, 'revoke');
  const parked = await untilPost(story, 'Facebook parked, the others published', {
    holds: (post) =>
      post.attention &&
      post.targets.every(
        ({ connection, state }) => state === (connection.network === 'facebook' ? 'parked' : 'published'),
      ),
    withinMs: 30_000,
  });
  expect(parked.status).toBe('publishing');
  expect(targetOn(parked, 'facebook').reason?.code).toBe('grant_gone');
  expect(targetOn(parked, 'facebook').connection.state).toBe('expired');
  await neverPublished({ ...story, pages: [page] });

  await setToken(page, 'restore');
  const check = await editor.post(`/v1/connections/${page.connectionId}/check`);
  const { works, released } = expected<{ works: boolean; released: number }>(check, 200);
  expect(works).toBe(true);
  expect(released).toBeGreaterThan(0);
  await untilPublished(story);
  await exactlyOnce(story);
  await noUnconfirmed(story);
}
