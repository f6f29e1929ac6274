import type { GrantKind } from '../../domain/grant.ts';
import type { Network } from '../../domain/network.ts';

/** What this installation can do with a network by one of its ways of granting. */
export interface Offer {
  /** A consent page of the network, or keys that a person types in. */
  readonly way: 'consent' | 'credentials';
  /** Whether everything is configured that the network knows us by. */
  readonly configured: boolean;
  /** Whether the network lets a grant be taken back. */
  readonly revocable: boolean;
}

/** `null` where nothing is built for a network and a way. */
export type Offers = (network: Network, kind: GrantKind) => Offer | null;
