import type {
  AdminProfile,
  AuthorizationRequest,
  CodeExchange,
  Credentials,
  Grant,
  GrantedPage,
} from '../../channels/connector.ts';
import type { GrantKind } from '../../domain/grant.ts';
import type { Network } from '../../domain/network.ts';
import type { ProviderWords } from './probe.ts';

/** Speaks to the networks while pages are being connected. Never throws for what a network does. */
export interface GrantDesk {
  /** How a network is granted in one of its ways; `null` where nothing is built for it. */
  offer(network: Network, kind: GrantKind): GrantOffer | null;
  /** Where a person is sent to consent; `null` without an app that the network knows. */
  consentUrl(way: Way, request: AuthorizationRequest): string | null;
  /** What a code brings. A code is good for one call. */
  redeem(way: Way, request: CodeExchange & NamedPages, signal: AbortSignal): Promise<GrantOutcome>;
  /** What keys that a person handed over bring. */
  admit(
    way: Way,
    request: { readonly credentials: Credentials } & NamedPages,
    signal: AbortSignal,
  ): Promise<GrantOutcome>;
}

export interface Way {
  readonly network: Network;
  readonly kind: GrantKind;
}

export interface GrantOffer {
  readonly way: 'consent' | 'credentials';
  readonly pkce: boolean;
  /** Whether its tokens can be renewed without a person. */
  readonly refreshes: boolean;
  /** Whether it has to be asked to tell us of changes. */
  readonly watches: boolean;
  /** Whether the network lets a grant be taken back. */
  readonly revocable: boolean;
  /** Whether everything is configured that the network knows us by. */
  readonly configured: boolean;
}

interface NamedPages {
  /** The ids that a person typed, where the network lists nothing. */
  readonly named: readonly string[];
}

/** What asking a network for a grant brought. */
export type GrantOutcome =
  | Granted
  /** The network said no, or does not know us. */
  | ({ readonly kind: 'refused' } & ProviderWords)
  /** The network is in trouble, asks for a pause, or was too slow. */
  | ({ readonly kind: 'trouble' } & ProviderWords);

export interface Granted {
  readonly kind: 'granted';
  readonly grant: Grant;
  readonly profile: AdminProfile;
  readonly pages: readonly GrantedPage[];
}
