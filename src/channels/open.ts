import type { Clock } from '../platform/clock.ts';
import type { NetworksConfig } from '../platform/config.ts';
import { channelHttp, type ObservedExchange, usualHttpSettings } from './http.ts';
import { hostsFor } from './http/hosts.ts';
import { channelRegistry, type Channels } from './registry.ts';

/** The channels of a program, from its configuration. `close` ends their connections. */
export function openChannels(
  config: NetworksConfig,
  { clock, observe }: { clock: Clock; observe: (exchange: ObservedExchange) => void },
): { channels: Channels; close: () => Promise<void> } {
  const http = channelHttp({
    ...usualHttpSettings,
    limits: { ...usualHttpSettings.limits, allowPrivateTargets: config.allowPrivateTargets },
    hosts: hostsFor({
      facebook: config.facebookGraphUrl,
      instagram: config.instagramGraphUrl,
      linkedin: config.linkedinApiUrl,
    }),
    clock,
    observe,
  });
  const channels = channelRegistry({
    http,
    clock,
    apps: {
      meta: { id: config.facebookAppId, secret: config.facebookAppSecret, graphVersion: config.metaGraphVersion },
      linkedin: { id: config.linkedinClientId, secret: config.linkedinClientSecret, version: config.linkedinVersion },
    },
  });
  return { channels, close: () => http.close() };
}
