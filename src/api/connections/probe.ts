import type { ProviderWords } from '../../domain/connection-health.ts';
import type { GrantKind } from '../../domain/grant.ts';
import type { Network } from '../../domain/network.ts';
import type { GrantProblem } from '../../domain/publication.ts';

/** A page, how it was granted, and the token that acts for it. */
export interface ProbedPage {
  readonly network: Network;
  readonly kind: GrantKind;
  readonly details: Readonly<Record<string, string>>;
  readonly externalId: string;
  readonly accessToken: string;
}

export interface GrantRefused extends ProviderWords {
  readonly kind: 'grant_refused';
  readonly problem: GrantProblem;
  /** The permissions that the network named as missing, if any. */
  readonly missing: readonly string[];
  /** Only the token was refused: a new one may mend it. */
  readonly lapsed: boolean;
}

/** The network is in trouble, asks for a pause or said nothing that can be understood. */
export interface NetworkTrouble extends ProviderWords {
  readonly kind: 'trouble';
  readonly retryAfterMs: number | null;
}

/** What asking a network for a page brought. */
export type ProbeOutcome = { readonly kind: 'works' } | GrantRefused | NetworkTrouble;

/** Reads the page itself at its network. Never throws for what the network does. */
export type Probe = (page: ProbedPage, signal: AbortSignal) => Promise<ProbeOutcome>;
