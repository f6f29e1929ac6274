import type { Network } from '../../domain/network.ts';

/**
 * A network as a set of hosts. Instagram accounts that are granted by Instagram's own login live on other hosts than
 * those that are granted through their Facebook page.
 */
export type HostedNetwork = Network | 'instagram_login';

/**
 * What a host is for. Several purposes may share an address. `web` is where people go, the consent page included;
 * `token` where codes and refresh tokens are exchanged; `accounts` and `information` are Google Business Profile's
 * further APIs, `identity` is where Google tells who consented.
 */
export type Purpose = (typeof purposes)[number];

// Uploads first: a provider's URL that fits several purposes is nearly always an upload.
const purposes = ['upload', 'api', 'web', 'token', 'accounts', 'information', 'identity'] as const;

/** A purpose that is not named is served by `api`. */
export type Hosts = Readonly<{ api: string; web: string } & Partial<Record<Purpose, string>>>;

export type NetworkHosts = Readonly<Record<HostedNetwork, Hosts>>;

const graphApi = 'https://graph.facebook.com';
const googleLogin = {
  web: 'https://accounts.google.com',
  token: 'https://oauth2.googleapis.com',
  identity: 'https://openidconnect.googleapis.com',
} as const;

/** Where the networks live in the world. A configuration replaces any of them, by a simulator for instance. */
export const publicHosts: NetworkHosts = {
  facebook: { api: graphApi, web: 'https://www.facebook.com', upload: 'https://rupload.facebook.com' },
  instagram: { api: graphApi, web: 'https://www.facebook.com' },
  instagram_login: {
    api: 'https://graph.instagram.com',
    web: 'https://www.instagram.com',
    token: 'https://api.instagram.com',
  },
  whatsapp: { api: graphApi, web: 'https://www.facebook.com' },
  linkedin: { api: 'https://api.linkedin.com', web: 'https://www.linkedin.com', upload: 'https://www.linkedin.com' },
  x: { api: 'https://api.x.com', web: 'https://x.com' },
  telegram: { api: 'https://api.telegram.org', web: 'https://t.me' },
  youtube: { api: 'https://youtube.googleapis.com', upload: 'https://www.googleapis.com', ...googleLogin },
  google_business: {
    api: 'https://mybusiness.googleapis.com',
    accounts: 'https://mybusinessaccountmanagement.googleapis.com',
    information: 'https://mybusinessbusinessinformation.googleapis.com',
    ...googleLogin,
  },
  google_play: { api: 'https://androidpublisher.googleapis.com', ...googleLogin },
  app_store: { api: 'https://api.appstoreconnect.apple.com', web: 'https://apps.apple.com' },
  gmail: { api: 'https://gmail.googleapis.com', ...googleLogin },
  microsoft_mail: { api: 'https://graph.microsoft.com', web: 'https://login.microsoftonline.com' },
  tiktok: { api: 'https://open.tiktokapis.com', web: 'https://www.tiktok.com' },
};

/**
 * The hosts for the given API URLs; a network without one keeps its own. A network whose API is not where the world has
 * it is a stand-in, such as a simulator, and a stand-in plays all of its parts: nothing then goes to the real network,
 * and permalinks lead to the stand-in's pages.
 */
export function hostsFor(apiUrls: Readonly<Partial<Record<HostedNetwork, string>>>): NetworkHosts {
  const hostsOf = (network: HostedNetwork): Hosts => {
    const usual = publicHosts[network];
    const api = apiUrls[network] ?? usual.api;
    return new URL(api).origin === new URL(usual.api).origin ? { ...usual, api } : { api, web: api };
  };
  return {
    facebook: hostsOf('facebook'),
    instagram: hostsOf('instagram'),
    instagram_login: hostsOf('instagram_login'),
    whatsapp: hostsOf('whatsapp'),
    linkedin: hostsOf('linkedin'),
    x: hostsOf('x'),
    telegram: hostsOf('telegram'),
    youtube: hostsOf('youtube'),
    google_business: hostsOf('google_business'),
    google_play: hostsOf('google_play'),
    app_store: hostsOf('app_store'),
    gmail: hostsOf('gmail'),
    microsoft_mail: hostsOf('microsoft_mail'),
    tiktok: hostsOf('tiktok'),
  };
}

/** A place that a request goes to: a path on one of our own hosts, or a URL that the network handed us. */
export type Target = { readonly base: Purpose; readonly path: string } | { readonly url: string };

/**
 * The URL that a target stands for, or `null` if the network handed us one that is not on its own hosts.
 *
 * A URL on a network's public host is led to the host configured in its place, so that nothing a simulator or a
 * recorded answer contains makes a test call the real network.
 */
export function resolveTarget(hosts: NetworkHosts, network: HostedNetwork, target: Target): URL | null {
  const configured = hosts[network];
  if ('base' in target) return onBase(hostOf(configured, target.base), target.path);
  if (!URL.canParse(target.url)) return null;
  const url = new URL(target.url);
  if (url.username !== '' || url.password !== '') return null;
  const purpose =
    purposes.find((candidate) => new URL(hostOf(configured, candidate)).origin === url.origin) ??
    purposes.find((candidate) => new URL(hostOf(publicHosts[network], candidate)).origin === url.origin);
  if (purpose === undefined) return null;
  return new URL(url.pathname + url.search, new URL(hostOf(configured, purpose)).origin);
}

/** A network's page in the browser. */
export function webUrl(hosts: NetworkHosts, network: HostedNetwork, path: string): URL {
  return onBase(hosts[network].web, path);
}

function hostOf(hosts: Hosts, purpose: Purpose): string {
  return hosts[purpose] ?? hosts.api;
}

function onBase(base: string, path: string): URL {
  return new URL(base.replace(/\/+$/, '') + path);
}
