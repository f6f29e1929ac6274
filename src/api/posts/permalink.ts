import type { PublishingNetwork } from '../../domain/network.ts';

/** The hosts that a post of each network may be shown on, besides the networks' own: those of simulators. */
export type PermalinkHosts = Readonly<Record<PublishingNetwork, readonly string[]>>;

export interface PublishedAddress {
  readonly providerPostId: string;
  readonly permalink: string;
}

const ownHosts: PermalinkHosts = {
  facebook: ['facebook.com', 'fb.com'],
  instagram: ['instagram.com'],
  linkedin: ['linkedin.com'],
};

/**
 * The post that an address shows, as far as an address tells, or null when it is not one of a post on this network.
 * `pageId` is the network's id of the page: Facebook's post ids begin with it, its addresses do not.
 */
export function publishedAddress(
  address: string,
  { network, pageId, simulated }: { network: PublishingNetwork; pageId: string; simulated: PermalinkHosts },
): PublishedAddress | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const own = url.protocol === 'https:' && ownHosts[network].some((host) => isWithin(url.hostname, host));
  const stand = /^https?:$/.test(url.protocol) && simulated[network].includes(url.host);
  if (!own && !stand) return null;
  const id = postIdIn(url, network, pageId) ?? (stand ? anchorOf(url) : null);
  return id === null ? null : { providerPostId: id, permalink: url.href };
}

function isWithin(hostname: string, host: string): boolean {
  return hostname === host || hostname.endsWith(`.${host}`);
}

function postIdIn(url: URL, network: PublishingNetwork, pageId: string): string | null {
  const path = decoded(url.pathname);
  switch (network) {
    case 'facebook': {
      const id =
        url.searchParams.get('story_fbid') ??
        url.searchParams.get('fbid') ??
        /\/(?:posts|videos|photos|reel)\/(?:[^/]+\/)*([A-Za-z0-9_]+)\/?$/.exec(path)?.[1] ??
        /^\/(\d+_\d+)\/?$/.exec(path)?.[1] ??
        null;
      return id !== null && /^\d+$/.test(id) ? `${pageId}_${id}` : id;
    }
    case 'instagram':
      return /\/(?:p|reel|tv)\/([A-Za-z0-9_-]+)\/?$/.exec(path)?.[1] ?? null;
    case 'linkedin':
      return /urn:li:(?:share|ugcPost|activity):\d+/.exec(path)?.[0] ?? null;
  }
}

/** The simulators show a page's posts on one page, each at its anchor. */
function anchorOf({ hash }: URL): string | null {
  const id = decoded(hash.slice(1));
  return id === '' ? null : id;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
