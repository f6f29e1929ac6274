import { expect, test } from 'vitest';
import type { ApiAnswer } from '../support/fault-api.ts';
import { longTest, tell, useFaultStack } from '../support/fault-harness.ts';
import { editor, readPost, scheduledPost, type Story, untilAttempts, untilPublished } from '../support/fault-posts.ts';
import { exactlyOnce, neverPublished } from '../support/fault-verdicts.ts';
import { eventually, until } from '../support/fault-wait.ts';

useFaultStack();

test('cancelling at the moment of the call either takes everything back or comes too late for everything', async () => {
  await race(3);
});

longTest('cancelling at the moment of the call is all or nothing ten times in a row', async () => {
  await race(10);
});

/** From well before the call to just after it: how long before the instant the cancel is sent. */
const leadMs = (index: number, times: number): number => 240 - (index * 280) / (times - 1);

async function race(times: number): Promise<void> {
  const outcomes: string[] = [];
  for (let index = 0; index < times; index += 1) {
    const story = await scheduledPost({ dueInMs: 4_500 });
    await untilAttempts(story, ['armed']);
    await until(story.scheduledAt - leadMs(index, times));
    outcomes.push(await settled(story, await editor.post(`/v1/posts/${story.id}/cancel`)));
  }
  tell('cancel against the call', { outcomes });
}

async function settled(story: Story, { status, body }: ApiAnswer): Promise<'cancelled' | 'too late'> {
  if (status === 200) {
    expect((await readPost(story)).status).toBe('cancelled');
    // Whatever was on its way would have arrived within the second that a claimed call may take.
    await until(Math.max(Date.now(), story.scheduledAt) + 1_500);
    await neverPublished(story);
    return 'cancelled';
  }
  expect({ status, body }).toMatchObject({ status: 409, body: { type: expect.stringMatching(/too-late$/) } });
  await untilPublished(story);
  await exactlyOnce(story);
  return 'too late';
}

longTest('of a cancel and a reschedule that meet, the later one hears of the first', async () => {
  const story = await scheduledPost({ dueInMs: 60_000 });
  const later = new Date(story.scheduledAt + 60 * 60_000).toISOString();
  const [cancelled, moved] = await Promise.all([
    editor.post(`/v1/posts/${story.id}/cancel`),
    editor.post(`/v1/posts/${story.id}/reschedule`, { scheduledAt: later }),
  ]);
  expect(cancelled.status).toBe(200);
  expect([200, 409]).toContain(moved.status);
  await eventually('cancelled', async () => ((await readPost(story)).status === 'cancelled' ? true : null), {
    withinMs: 5_000,
  });
  await neverPublished(story);
});
