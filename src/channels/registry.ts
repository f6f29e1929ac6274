import type { Network } from '../domain/network.ts';
import type { Channel } from './channel.ts';
import { facebookChannel } from './facebook/channel.ts';
import type { ChannelHttp } from './http.ts';
import { instagramChannel } from './instagram/channel.ts';
import { linkedinChannel } from './linkedin/channel.ts';
import type { LinkedinApp } from './linkedin/rest.ts';
import type { MetaApp } from './meta/graph.ts';

export interface ChannelDependencies {
  readonly http: ChannelHttp;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly apps: { readonly meta: MetaApp; readonly linkedin: LinkedinApp };
}

/** The channel of each network. */
export type Channels = Readonly<Record<Network, Channel>>;

export function channelRegistry({ http, clock, apps }: ChannelDependencies): Channels {
  return {
    facebook: facebookChannel({ http, clock, app: apps.meta }),
    instagram: instagramChannel({ http, clock, app: apps.meta }),
    linkedin: linkedinChannel({ http, clock, app: apps.linkedin }),
  };
}
