import type { Clock } from '../platform/clock.ts';
import type { NetworksConfig } from '../platform/config.ts';
import { channelHttp, type ObservedExchange, usualHttpSettings } from './http.ts';
import { hostsFor } from './http/hosts.ts';
import {
  type ChannelDependencies,
  channelRegistry,
  type Channels,
  connectorRegistry,
  type Connectors,
} from './registry.ts';
import { replyChannel, type SendReply } from './whatsapp/reply.ts';
import { templateApi, type TemplateApi } from './whatsapp/template-api.ts';

/** The channels and connectors of a program, from its configuration. `close` ends their connections. */
export function openChannels(
  config: NetworksConfig,
  { clock, observe }: { clock: Clock; observe: (exchange: ObservedExchange) => void },
): {
  channels: Channels;
  connectors: Connectors;
  templates: TemplateApi;
  replies: SendReply;
  close: () => Promise<void>;
} {
  const http = channelHttp({
    ...usualHttpSettings,
    limits: { ...usualHttpSettings.limits, allowPrivateTargets: config.allowPrivateTargets },
    hosts: hostsFor(config.urls),
    clock,
    observe,
  });
  const dependencies: ChannelDependencies = { http, clock, apps: config.apps };
  return {
    channels: channelRegistry(dependencies),
    connectors: connectorRegistry(dependencies),
    templates: templateApi({ http, clock, app: config.apps.meta }),
    replies: replyChannel({ http, clock, app: config.apps.meta }),
    close: () => http.close(),
  };
}
