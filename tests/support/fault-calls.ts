import { expect } from 'vitest';
import type { LoggedRequest } from '../../simulators/kernel/request-log.ts';
import type { PublishingNetwork } from '../../src/domain/network.ts';
import { published, publishCall, requests } from './fault-networks.ts';
import type { Story } from './fault-posts.ts';
import { eventually } from './fault-wait.ts';

/**
 * The irreversible requests that have reached a network since the story began: those that made its post, and those that
 * made none. What made another post is not its concern.
 */
export async function callsTo(story: Story, network: PublishingNetwork): Promise<readonly LoggedRequest[]> {
  const operation = story.shape?.publishes ?? publishCall[network];
  const calls = await requests(network, { operation, since: story.createdAt });
  const posts = await published();
  const foreign = new Set(posts.filter(({ text }) => text !== story.text).map(({ requestId }) => requestId));
  return calls.filter(({ id }) => !foreign.has(id));
}

/** Waits until every network has received its call and does nothing about it yet. */
export async function untilHeld(story: Story): Promise<void> {
  for (const { network } of story.pages) {
    await eventually(
      `a held call at ${network}`,
      async () => ((await callsTo(story, network)).some(({ state }) => state === 'held') ? true : null),
      { withinMs: 30_000 },
    );
  }
}

/** No network was called a second time, successfully or not. */
export async function oneCallEach(story: Story): Promise<void> {
  for (const { network } of story.pages) expect(await callsTo(story, network)).toHaveLength(1);
}
