import type { GrantKind } from '../domain/grant.ts';
import type { Network, PublishingNetwork } from '../domain/network.ts';
import type { Channel } from './channel.ts';
import type { Connector } from './connector.ts';
import { appStoreConnector } from './app_store/connector.ts';
import { facebookChannel } from './facebook/channel.ts';
import { facebookConnector } from './facebook/connector.ts';
import type { ChannelHttp } from './http.ts';
import { instagramChannel } from './instagram/channel.ts';
import { instagramConnector } from './instagram/connector.ts';
import { instagramLoginConnector } from './instagram_login/connector.ts';
import { linkedinChannel } from './linkedin/channel.ts';
import { linkedinConnector } from './linkedin/connector.ts';
import { microsoftMailConnector } from './microsoft_mail/connector.ts';
import type { MicrosoftApp, OauthApp, XApp } from './oauth-app.ts';
import type { LinkedinApp } from './linkedin/rest.ts';
import type { MetaApp } from './meta/graph.ts';
import { telegramConnector } from './telegram/connector.ts';
import { whatsappConnector } from './whatsapp/connector.ts';
import { xConnector } from './x/connector.ts';

/** What the networks know us by; what is null is not configured. */
export interface Apps {
  readonly meta: MetaApp;
  readonly instagram: OauthApp;
  readonly linkedin: LinkedinApp;
  readonly x: XApp;
  readonly google: OauthApp;
  readonly microsoft: MicrosoftApp;
}

export interface ChannelDependencies {
  readonly http: ChannelHttp;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly apps: Apps;
}

/** The channel of each network that posts are published on. */
export type Channels = Readonly<Record<PublishingNetwork, Channel>>;

/** The connector of a network and a way of granting; `null` where nothing is built for it. */
export type Connectors = (network: Network, kind: GrantKind) => Connector | null;

export function channelRegistry({ http, clock, apps }: ChannelDependencies): Channels {
  return {
    facebook: facebookChannel({ http, clock, app: apps.meta }),
    instagram: instagramChannel({ http, clock, app: apps.meta }),
    linkedin: linkedinChannel({ http, clock, app: apps.linkedin }),
  };
}

export function connectorRegistry({ http, clock, apps }: ChannelDependencies): Connectors {
  const connectors: readonly Connector[] = [
    facebookConnector({ http, clock, app: apps.meta }),
    instagramConnector({ http, clock, app: apps.meta }),
    instagramLoginConnector({ http, clock, app: apps.instagram, graphVersion: apps.meta.graphVersion }),
    whatsappConnector({ http, clock, app: apps.meta }),
    linkedinConnector({ http, clock, app: apps.linkedin }),
    xConnector({ http, clock, app: apps.x }),
    microsoftMailConnector({ http, clock, app: apps.microsoft }),
    telegramConnector({ http, clock }),
    appStoreConnector({ http, clock }),
  ];
  return (network, kind) =>
    connectors.find((candidate) => candidate.network === network && candidate.kind === kind) ?? null;
}
