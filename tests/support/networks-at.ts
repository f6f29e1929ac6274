import { onTestFinished } from 'vitest';
import { channelHttp, usualHttpSettings } from '../../src/channels/http.ts';
import { type HostedNetwork, hostsFor, publicHosts } from '../../src/channels/http/hosts.ts';
import {
  type Apps,
  channelRegistry,
  type Channels,
  connectorRegistry,
  type Connectors,
} from '../../src/channels/registry.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { seedApps } from './apps.ts';

/** Whatever network is asked, the server at `url` plays it: the real ones are never met. */
export function everyNetworkAt(url: string): Readonly<Partial<Record<HostedNetwork, string>>> {
  return Object.fromEntries(Object.keys(publicHosts).map((network) => [network, url]));
}

export interface NetworksElsewhere {
  readonly channels: Channels;
  readonly connectors: Connectors;
}

/** The channels and connectors with these networks elsewhere than in the world, until the test ends. */
export function networksAt(
  urls: Readonly<Partial<Record<HostedNetwork, string>>>,
  { clock = Date.now, apps = seedApps }: { clock?: Clock; apps?: Apps } = {},
): NetworksElsewhere {
  const http = channelHttp({
    ...usualHttpSettings,
    hosts: hostsFor(urls),
    limits: { ...usualHttpSettings.limits, allowPrivateTargets: true },
    retry: { ...usualHttpSettings.retry, baseWaitMs: 1 },
    clock,
  });
  onTestFinished(() => http.close());
  const dependencies = { http, clock, apps };
  return { channels: channelRegistry(dependencies), connectors: connectorRegistry(dependencies) };
}
