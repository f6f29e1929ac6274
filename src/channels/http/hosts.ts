import type { Network } from '../../domain/network.ts';

/** What a host is for. Several purposes may share an address. */
export type Purpose = 'api' | 'web' | 'upload';

export type NetworkHosts = Readonly<Record<Network, Readonly<Record<Purpose, string>>>>;

/** Where the networks live in the world. A configuration replaces any of them, by a simulator for instance. */
export const publicHosts: NetworkHosts = {
  facebook: {
    api: 'https://graph.facebook.com',
    web: 'https://www.facebook.com',
    upload: 'https://rupload.facebook.com',
  },
  instagram: {
    api: 'https://graph.facebook.com',
    web: 'https://www.facebook.com',
    upload: 'https://graph.facebook.com',
  },
  linkedin: {
    api: 'https://api.linkedin.com',
    web: 'https://www.linkedin.com',
    upload: 'https://www.linkedin.com',
  },
};

/**
 * The hosts for the given API URLs. A network whose API is not where the world has it is a stand-in, such as a
 * simulator, and a stand-in plays all of its parts: nothing then goes to the real network, and permalinks lead to the
 * stand-in's pages.
 */
export function hostsFor(apiUrls: Readonly<Record<Network, string>>): NetworkHosts {
  const hostsOf = (network: Network): Readonly<Record<Purpose, string>> => {
    const api = apiUrls[network];
    const usual = publicHosts[network];
    return new URL(api).origin === new URL(usual.api).origin ? { ...usual, api } : { api, web: api, upload: api };
  };
  return { facebook: hostsOf('facebook'), instagram: hostsOf('instagram'), linkedin: hostsOf('linkedin') };
}

/** A place that a request goes to: a path on one of our own hosts, or a URL that the network handed us. */
export type Target = { readonly base: Purpose; readonly path: string } | { readonly url: string };

/**
 * The URL that a target stands for, or `null` if the network handed us one that is not on its own hosts.
 *
 * A URL on a network's public host is led to the host configured in its place, so that nothing a simulator or a
 * recorded answer contains makes a test call the real network.
 */
export function resolveTarget(hosts: NetworkHosts, network: Network, target: Target): URL | null {
  const configured = hosts[network];
  if ('base' in target) return onBase(configured[target.base], target.path);
  if (!URL.canParse(target.url)) return null;
  const url = new URL(target.url);
  if (url.username !== '' || url.password !== '') return null;
  const purpose =
    purposes.find((candidate) => new URL(configured[candidate]).origin === url.origin) ??
    purposes.find((candidate) => new URL(publicHosts[network][candidate]).origin === url.origin);
  if (purpose === undefined) return null;
  return new URL(url.pathname + url.search, new URL(configured[purpose]).origin);
}

/** A network's page in the browser. */
export function webUrl(hosts: NetworkHosts, network: Network, path: string): URL {
  return onBase(hosts[network].web, path);
}

// Uploads first: a provider's URL that fits several purposes is nearly always an upload.
const purposes: readonly Purpose[] = ['upload', 'api', 'web'];

function onBase(base: string, path: string): URL {
  return new URL(base.replace(/\/+$/, '') + path);
}
