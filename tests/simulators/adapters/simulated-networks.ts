import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import { graph } from '../../../simulators/graph/network.ts';
import type { Simulator } from '../../../simulators/kernel/simulator.ts';
import type { Settings } from '../../../simulators/kernel/settings.ts';
import { linkedin } from '../../../simulators/linkedin/network.ts';
import type { Channel, PageAccess, Prepared, PublishableContent } from '../../../src/channels/channel.ts';
import { everyNetworkAt, type NetworksElsewhere, networksAt } from '../../support/networks-at.ts';
import { controlOf, startSimulated } from '../support/simulator.ts';

export interface SimulatedNetworks extends NetworksElsewhere {
  readonly graph: Simulator;
  readonly linkedin: Simulator;
  /** The signed URL's stand-in: where the image can be fetched. */
  readonly imageUrl: string;
  readonly image: Uint8Array;
}

/** Both simulators on free ports, their world empty, and the channels that speak to them. */
export async function simulatedNetworks(settings: Partial<Settings> = {}): Promise<SimulatedNetworks> {
  const image = await sharp({ create: { width: 640, height: 640, channels: 3, background: '#c33' } })
    .jpeg()
    .toBuffer();
  const media = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg' }).end(image);
  }).listen(0, '127.0.0.1');
  await once(media, 'listening');
  onTestFinished(() => void media.close());
  const slow = { processingDelayMs: 50, ...settings };
  const [graphApi, linkedinApi] = await Promise.all([startSimulated(graph, slow), startSimulated(linkedin, slow)]);
  const { port } = media.address() as AddressInfo;
  return {
    ...networksAt({ ...everyNetworkAt(graphApi.url), linkedin: linkedinApi.url }),
    graph: graphApi,
    linkedin: linkedinApi,
    imageUrl: `http://127.0.0.1:${port}/image.jpg`,
    image,
  };
}

/** A post with an image, in words that need every kind of escaping. */
export function contentWithImage({ image, imageUrl }: SimulatedNetworks, text: string): PublishableContent {
  const file = {
    kind: 'image' as const,
    url: imageUrl,
    read: async () => image,
    mimeType: 'image/jpeg',
    bytes: image.length,
    altText: 'Rosso',
  };
  return { text, media: [file], link: null, format: 'feed' as const };
}

/** Prepares and waits until the network has finished processing. */
export async function preparedFor(channel: Channel, page: PageAccess, content: PublishableContent): Promise<Prepared> {
  let prepared = await channel.prepare(page, content, null);
  while (prepared.state === 'processing') {
    if (prepared.unfinished !== true) {
      await sleep(20);
      prepared = await channel.checkPrepared(page, prepared);
    } else {
      prepared = await channel.prepare(page, content, prepared);
    }
  }
  return prepared;
}

export async function armFault(simulator: Simulator, fault: Record<string, unknown>): Promise<void> {
  await controlOf(simulator)('/faults', { json: fault });
}

export async function revokeToken(simulator: Simulator, id: string, as: string): Promise<void> {
  await controlOf(simulator)(`/tokens/${id}/revoke`, { json: { as } });
}

/** What people see on a page, by the simulator's own log. */
export async function publishedOn(
  simulator: Simulator,
  account: string,
): Promise<readonly { id: string; text: string; permalink: string; media: readonly unknown[]; deleted: boolean }[]> {
  const answer = await fetch(`${simulator.control}/published?account=${account}`);
  return (await answer.json()) as never;
}
