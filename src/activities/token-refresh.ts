import type { Kysely } from 'kysely';
import type { Connectors } from '../channels/registry.ts';
import type { Database } from '../db/schema.ts';
import type { ConnectionError } from '../domain/connection.ts';
import type { ConnectionId, TenantId } from '../domain/ids.ts';
import type { Clock } from '../platform/clock.ts';
import type { SealKey } from '../platform/sealing.ts';

export interface RefreshDependencies {
  readonly db: Kysely<Database>;
  readonly masterKeys: readonly SealKey[];
  readonly connectors: Connectors;
  readonly clock: Clock;
}

export interface RefreshRequest {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  /** The version of the token that the network refused; `null`: none was, it is due. */
  readonly usedVersion: number | null;
}

/** What there is to work with after a token was refused or came due. */
export type RefreshOutcome =
  /** The network gave a new token, which is stored. */
  | ({ readonly kind: 'fresh' } & UsableToken)
  /** Somebody else has renewed it meanwhile, or it is not due any more. */
  | ({ readonly kind: 'current' } & UsableToken)
  /** There is nothing that could be renewed: what has lapsed needs a person. The connection is left as it is. */
  | { readonly kind: 'not_renewable' }
  /** The network says that the grant is over: the connection is `expired`. */
  | { readonly kind: 'grant_gone' }
  /** The network says that a permission is missing: the connection is `refresh_required`. */
  | { readonly kind: 'permission_lost' }
  /** The network is in trouble, or another process is still asking it. The connection is left as it is. */
  | { readonly kind: 'trouble'; readonly retryAfterMs: number; readonly error: ConnectionError };

export interface UsableToken {
  readonly accessToken: string;
  readonly tokenVersion: number;
}

/**
 * Renews the token of a connection, once across all processes: whoever comes second waits for the first and is given
 * what it brought. The new tokens are stored before anybody uses them. Never throws for what the network does.
 */
export async function refreshConnection(
  dependencies: RefreshDependencies,
  request: RefreshRequest,
): Promise<RefreshOutcome> {
  throw new Error(`not yet: ${String(dependencies.clock())} ${request.connectionId}`);
}
