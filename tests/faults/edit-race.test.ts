import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ApiAnswer } from '../support/fault-api.ts';
import { longTest, tell, useFaultStack } from '../support/fault-harness.ts';
import { published } from '../support/fault-networks.ts';
import { editor, readPost, scheduledPost, type Story, untilAttempts, untilPublished } from '../support/fault-posts.ts';
import { exactlyOnce, neverPublished } from '../support/fault-verdicts.ts';
import { until } from '../support/fault-wait.ts';

useFaultStack();

test('an edit at the moment of the call either takes everything back or comes too late for everything', async () => {
  await race(3);
});

longTest('an edit at the moment of the call is all or nothing ten times in a row', async () => {
  await race(10);
});

/** From well before the call to just after it: how long before the instant the edit is sent. */
const leadMs = (index: number, times: number): number => 240 - (index * 280) / (times - 1);

async function race(times: number): Promise<void> {
  const outcomes: string[] = [];
  for (let index = 0; index < times; index += 1) {
    const story = await scheduledPost({ dueInMs: 4_500 });
    await untilAttempts(story, ['armed']);
    await until(story.scheduledAt - leadMs(index, times));
    const text = `${story.text}, neu`;
    outcomes.push(await settled(story, text, await editor.patch(`/v1/posts/${story.id}`, { text }, randomUUID())));
  }
  tell('edit against the call', { outcomes });
}

/** Adopted, neither content goes out before it is approved; too late, the old one does, once on each network. */
async function settled(story: Story, text: string, { status, body }: ApiAnswer): Promise<'adopted' | 'too late'> {
  if (status === 200) {
    expect(await readPost(story)).toMatchObject({ status: 'in_review', content: { text } });
    // Whatever was on its way would have arrived within the second that a claimed call may take.
    await until(Math.max(Date.now(), story.scheduledAt) + 1_500);
    await neverPublished(story, { ...story, text });
    return 'adopted';
  }
  expect({ status, body }).toMatchObject({ status: 409, body: { type: expect.stringMatching(/too-late$/) } });
  await untilPublished(story);
  await exactlyOnce(story);
  expect((await published()).filter((post) => post.text === text)).toEqual([]);
  expect((await readPost(story)).revision).toBe(1);
  return 'too late';
}
