import type { GrantFamily } from './grant.ts';
import type { Network } from './network.ts';

/** What a network told us of its own accord about grants that we hold. */
export interface GrantNotice {
  readonly about: GrantSubject;
  readonly news: GrantNews;
  /** The network's own word for it, which is kept as the code of the last error. */
  readonly providerCode: string;
  /** Epoch milliseconds, by the network: a grant that is younger is not meant. `null`: it did not say. */
  readonly at: number | null;
}

/** Whom the network speaks of, in its own terms: it knows no tenants and no connections. */
export type GrantSubject =
  | { readonly kind: 'person'; readonly family: GrantFamily; readonly externalId: string }
  | { readonly kind: 'page'; readonly network: Network; readonly externalId: string }
  /** All pages of which a detail has this value: the numbers of a WhatsApp business account. */
  | { readonly kind: 'detail'; readonly network: Network; readonly name: string; readonly value: string }
  /** `secret` is what we gave the network to repeat: without it anybody could speak for it. */
  | { readonly kind: 'watch'; readonly watchId: string; readonly secret: string };

export type GrantNews =
  /** The grant is over: the network honours it no more. */
  | 'revoked'
  /** It is over, and all that is known of the person goes. */
  | 'erase'
  /** Something has changed: whether the grant still works is to be looked at now. */
  | 'look'
  /** The network has stopped telling us: it is to be asked again now. */
  | 'watch_again';

/** Whether news about a grant concerns the one that was made at `connectedAt`. Both epoch milliseconds. */
export function concerns(at: number | null, connectedAt: number): boolean {
  return at === null || connectedAt < at;
}
