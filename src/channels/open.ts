import type { Clock } from '../platform/clock.ts';
import type { NetworksConfig } from '../platform/config.ts';
import { openLane } from './http/lane.ts';
import { channelHttp, type ObservedExchange, usualHttpSettings } from './http.ts';
import { hostsFor } from './http/hosts.ts';
import {
  type ChannelDependencies,
  channelRegistry,
  type Channels,
  connectorRegistry,
  type Connectors,
} from './registry.ts';
import { type ReadHealth, whatsappHealth } from './whatsapp/health.ts';
import { type ReadLimits, whatsappLimits } from './whatsapp/limits.ts';
import { whatsappSender, type WhatsappSender } from './whatsapp/send.ts';
import { replyChannel, type SendReply } from './whatsapp/reply.ts';
import { templateApi, type TemplateApi } from './whatsapp/template-api.ts';

export interface OpenChannels {
  readonly channels: Channels;
  readonly connectors: Connectors;
  readonly templates: TemplateApi;
  /** One message to one person, at once. */
  readonly replies: SendReply;
  /** Messages on WhatsApp, by the thousand. */
  readonly whatsapp: {
    readonly sender: WhatsappSender;
    readonly readLimits: ReadLimits;
    readonly readHealth: ReadHealth;
  };
  readonly close: () => Promise<void>;
}

/** The channels and connectors of a program, from its configuration. `close` ends their connections. */
export function openChannels(
  config: NetworksConfig,
  { clock, observe }: { clock: Clock; observe: (exchange: ObservedExchange) => void },
): OpenChannels {
  const hosts = hostsFor(config.urls);
  const limits = { ...usualHttpSettings.limits, allowPrivateTargets: config.allowPrivateTargets };
  const http = channelHttp({ ...usualHttpSettings, limits, hosts, clock, observe });
  const lane = openLane({ ...limits, headersTimeoutMs: messageTimeoutMs }, { connections: messageConnections });
  const dependencies: ChannelDependencies = { http, clock, apps: config.apps };
  return {
    channels: channelRegistry(dependencies),
    connectors: connectorRegistry(dependencies),
    templates: templateApi({ http, clock, app: config.apps.meta }),
    replies: replyChannel({ http, clock, app: config.apps.meta }),
    whatsapp: {
      sender: whatsappSender({ lane, hosts, app: config.apps.meta }),
      readLimits: whatsappLimits({
        http,
        clock,
        app: config.apps.meta,
        highPerSecond: config.whatsappHighPerSecond,
      }),
      readHealth: whatsappHealth({ http, clock, app: config.apps.meta }),
    },
    close: async () => {
      await Promise.all([http.close(), lane.close()]);
    },
  };
}

/** The Cloud API answers within a second or two, or not at all. */
const messageTimeoutMs = 20_000;
/** Enough for two campaigns and the live replies beside them to be at their widest. */
const messageConnections = 160;
