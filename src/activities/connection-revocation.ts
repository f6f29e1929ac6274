import type { Revocation } from '../domain/connection.ts';
import type { ConnectionId, TenantId } from '../domain/ids.ts';

/** How a disconnected grant ended at its network; `alive`: the connection has been made again meanwhile. */
export interface RevocationResult {
  readonly kind: Exclude<Revocation, 'pending'> | 'alive';
}

/** What the process of a disconnected connection asks of its network. */
export interface RevocationActivities {
  revokeGrant(about: { readonly tenantId: TenantId; readonly connectionId: ConnectionId }): Promise<RevocationResult>;
}
