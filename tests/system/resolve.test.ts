import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { PublishingNetwork } from '../../src/domain/network.ts';
import { arm, armPublishing, calmNetworks, lookCall, published, resetNetworks } from '../support/fault-networks.ts';
import { scheduledPost, type Story, targetOn, untilPost, untilPublished } from '../support/fault-posts.ts';
import { exactlyOnce, neverPublished } from '../support/fault-verdicts.ts';
import { callRunning, demand } from '../support/running-api.ts';

describe('a target of which nobody knows whether it is out', () => {
  test('needs a person, and says why; the other targets are published meanwhile', async () => {
    const story = await inDoubt(['facebook', 'instagram'], 'drop_before_accept');
    const post = await untilPost(story, 'the other published', {
      holds: (now) => targetOn(now, 'instagram').state === 'published',
      withinMs: 30_000,
    });
    expect(post).toMatchObject({ status: 'publishing', attention: true });
    expect(post.attentionCauses).toEqual([
      expect.objectContaining({ targetId: targetOn(post, 'facebook').id, code: 'answer_lost' }),
    ]);
    const listed = (await demand(200, '/v1/posts?attention=true', { as: elena })).body.items;
    expect(listed.map(({ id }: { id: string }) => id)).toContain(story.id);

    expect((await resolve(story, { kind: 'give_up' })).status).toBe(200);
    const ended = await untilPost(story, 'ended', { holds: ({ status }) => status !== 'publishing', withinMs: 15_000 });
    expect(ended).toMatchObject({ status: 'partially_published', attention: false, attentionCauses: [] });
    expect(targetOn(ended, 'facebook')).toMatchObject({ state: 'rejected', reason: { code: 'given_up' } });
    expect(ended.timeline.find(({ code }) => code === 'target.resolved')?.actor.name).toBe('Elena Conti');
    await exactlyOnce({ ...story, pages: story.pages.filter(({ network }) => network === 'instagram') });
  });

  test('that is given up as the only one fails the post', async () => {
    const story = await inDoubt(['facebook'], 'drop_before_accept');
    await resolve(story, { kind: 'give_up' });
    await untilPost(story, 'failed', { holds: ({ status }) => status === 'failed', withinMs: 15_000 });
    await neverPublished(story);
  });

  test('is sent again by a person’s word, once', async () => {
    const story = await inDoubt(['facebook'], 'drop_before_accept');
    expect((await resolve(story, { kind: 'send_again' })).status).toBe(200);
    const post = await untilPublished(story);
    expect(post.attention).toBe(false);
    await exactlyOnce(story);
  });

  test('is published by a person’s word, with the address that the person has found', async () => {
    await arm('facebook', lookCall.facebook, { action: 'status', status: 500, times: null });
    const story = await inDoubt(['facebook'], 'lose_answer');
    const url = await addressOf(story);
    expect((await resolve(story, { kind: 'published', url })).status).toBe(200);
    const post = await untilPublished(story);
    expect(targetOn(post, 'facebook')).toMatchObject({ state: 'published', permalink: url });
    await exactlyOnce(story);
  });

  test('does not become the post of another target', async () => {
    const earlier = await sentNow(['facebook']);
    await untilPublished(earlier);
    const story = await inDoubt(['facebook'], 'drop_before_accept');
    const { status, body } = await resolve(story, { kind: 'published', url: await addressOf(earlier) });
    expect([status, body.type]).toEqual([409, '/problems/post-claimed']);
    expect((await resolve(story, { kind: 'give_up' })).status).toBe(200);
  });

  test('is resolved once: of two people who say different things, one is told that nothing is open', async () => {
    const story = await inDoubt(['facebook'], 'drop_before_accept');
    const words = ['give_up', 'send_again'] as const;
    const answers = await Promise.all(words.map((kind) => resolve(story, { kind })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(['/problems/target-not-open', '/problems/wrong-state', '/problems/too-late']).toContain(refused?.body.type);
    const wins = words[answers.findIndex(({ status }) => status === 200)];
    const end = wins === 'give_up' ? 'failed' : 'published';
    await untilPost(story, end, { holds: ({ status }) => status === end, withinMs: 30_000 });
    await (wins === 'give_up' ? neverPublished(story) : exactlyOnce(story));
  });
});

test('a target that is published needs nobody’s word', async () => {
  const story = await sentNow(['facebook']);
  await untilPublished(story);
  for (const kind of ['give_up', 'send_again']) expect((await resolve(story, { kind })).status).toBe(409);
  await exactlyOnce(story);
});

const elena = 'elena.aurora';

beforeEach(resetNetworks);
afterAll(calmNetworks);

/** A post on its way, without a slot to wait for. */
async function sentNow(on: readonly PublishingNetwork[]): Promise<Story> {
  const story = await scheduledPost({ dueInMs: 3_600_000, on });
  const scheduledAt = Date.now();
  await demand(200, `/v1/posts/${story.id}/publish-now`, { as: elena, method: 'POST' });
  return { ...story, scheduledAt };
}

/** A post whose answer from Facebook was lost. */
async function inDoubt(on: readonly PublishingNetwork[], action: 'drop_before_accept' | 'lose_answer'): Promise<Story> {
  await armPublishing(['facebook'], { action });
  const story = await sentNow(on);
  await untilPost(story, 'in doubt', {
    holds: (post) => targetOn(post, 'facebook').state === 'unconfirmed',
    withinMs: 60_000,
  });
  return story;
}

async function resolve(story: Story, resolution: object) {
  const post = (await demand(200, `/v1/posts/${story.id}`, { as: elena })).body;
  return callRunning(`/v1/posts/${story.id}/targets/${targetOn(post, 'facebook').id}/resolve`, {
    as: elena,
    method: 'POST',
    json: { resolution },
  });
}

/** Where visitors see it on Facebook. */
async function addressOf({ text }: Story): Promise<string> {
  const post = (await published()).find((one) => one.network === 'facebook' && one.text === text);
  if (post === undefined) throw new Error('the network does not show the post');
  return post.permalink;
}
