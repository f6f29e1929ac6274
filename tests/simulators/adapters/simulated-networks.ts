import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import { graph } from '../../../simulators/graph/network.ts';
import { type Simulator, startSimulator } from '../../../simulators/kernel/simulator.ts';
import type { Settings } from '../../../simulators/kernel/settings.ts';
import { linkedin } from '../../../simulators/linkedin/network.ts';
import {
  type Channel,
  ChannelError,
  type PageAccess,
  type Prepared,
  type PublishableContent,
} from '../../../src/channels/channel.ts';
import { channelHttp, usualHttpSettings } from '../../../src/channels/http.ts';
import { hostsFor } from '../../../src/channels/http/hosts.ts';
import { type Channels, channelRegistry, connectorRegistry, type Connectors } from '../../../src/channels/registry.ts';
import { seedApps } from '../../support/apps.ts';

export interface SimulatedNetworks {
  readonly channels: Channels;
  readonly connectors: Connectors;
  readonly graph: Simulator;
  readonly linkedin: Simulator;
  /** The signed URL's stand-in: where the image can be fetched. */
  readonly imageUrl: string;
  readonly image: Uint8Array;
}

/** Both simulators on free ports, their world empty, and the channels that speak to them. */
export async function simulatedNetworks(settings: Partial<Settings> = {}): Promise<SimulatedNetworks> {
  const folder = await mkdtemp(join(tmpdir(), 'channels-'));
  const image = await sharp({ create: { width: 640, height: 640, channels: 3, background: '#c33' } })
    .jpeg()
    .toBuffer();
  const media = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg' }).end(image);
  }).listen(0, '127.0.0.1');
  await once(media, 'listening');
  const start = (network: typeof graph) =>
    startSimulator(network, {
      folder: join(folder, network.name),
      port: 0,
      settings: { processingDelayMs: 50, ...settings },
    });
  const [graphApi, linkedinApi] = await Promise.all([start(graph), start(linkedin)]);
  const http = channelHttp({
    ...usualHttpSettings,
    hosts: hostsFor({
      facebook: graphApi.url,
      instagram: graphApi.url,
      instagram_login: graphApi.url,
      whatsapp: graphApi.url,
      linkedin: linkedinApi.url,
    }),
    limits: { ...usualHttpSettings.limits, allowPrivateTargets: true },
    retry: { ...usualHttpSettings.retry, baseWaitMs: 5 },
    clock: Date.now,
  });
  onTestFinished(async () => {
    await http.close();
    await Promise.all([graphApi.close(), linkedinApi.close()]);
    media.close();
    await rm(folder, { recursive: true, force: true });
  });
  const dependencies = {
    http,
    clock: Date.now,
    apps: seedApps,
  };
  const channels = channelRegistry(dependencies);
  const connectors = connectorRegistry(dependencies);
  const { port } = media.address() as AddressInfo;
  return {
    channels,
    connectors,
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
  await control(simulator, '/faults', fault);
}

export async function revokeToken(simulator: Simulator, id: string, as: string): Promise<void> {
  await control(simulator, `/tokens/${id}/revoke`, { as });
}

/** What people see on a page, by the simulator's own log. */
export async function publishedOn(
  simulator: Simulator,
  account: string,
): Promise<readonly { id: string; text: string; permalink: string; media: readonly unknown[]; deleted: boolean }[]> {
  const answer = await fetch(`${simulator.control}/published?account=${account}`);
  return (await answer.json()) as never;
}

export async function channelErrorOf(promise: Promise<unknown>): Promise<ChannelError> {
  const outcome = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (outcome instanceof ChannelError) return outcome;
  throw new Error(`Expected a ChannelError, got ${String(outcome)}`);
}

async function control(simulator: Simulator, path: string, body: Record<string, unknown>): Promise<void> {
  const answer = await fetch(`${simulator.control}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`The control API answered ${answer.status}: ${await answer.text()}`);
}
