import type { PublishingNetwork } from '../../domain/network.ts';
import type { GrantProblem, PublishRefusal } from '../../domain/publication.ts';
import type { ProviderWords } from '../../domain/connection-health.ts';

export type PublicationChange = 'remove' | 'edit';

/** What came of asking a network to change what it shows. */
export type ChangeOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly refusal: PublishRefusal }
  | ({ readonly kind: 'grant_refused'; readonly problem: GrantProblem } & ProviderWords)
  /** The network is in trouble, or its answer was lost: it may have done what it was asked. */
  | ({ readonly kind: 'trouble'; readonly retryAfterMs: number | null } & ProviderWords);

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
