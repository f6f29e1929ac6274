import type { PublishingNetwork } from '../../domain/network.ts';
import type { PublishRefusal } from '../../domain/publication.ts';
import type { GrantRefused, NetworkTrouble } from '../connections/probe.ts';

export type PublicationChange = 'remove' | 'edit';

/** What came of asking a network to change what it shows. */
export type ChangeOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly refusal: PublishRefusal }
  | GrantRefused
  /** Or its answer was lost: it may have done what it was asked. */
  | NetworkTrouble;

/** The page that a post stands on and the token that acts for it. */
export interface PublishedPage {
  readonly network: PublishingNetwork;
  readonly externalId: string;
  readonly accessToken: string;
}

/** Changes what the networks show. Both calls can be repeated, and never throw for what the network does. */
export interface PublishedPosts {
  offers(network: PublishingNetwork, change: PublicationChange): boolean;
  /** Taking down what is gone already is success. */
  remove(page: PublishedPage, providerPostId: string, signal: AbortSignal): Promise<ChangeOutcome>;
  edit(page: PublishedPage, post: { id: string; text: string }, signal: AbortSignal): Promise<ChangeOutcome>;
}
