import type { ConnectionId, TenantId } from './ids.ts';
import type { Network } from './network.ts';

/**
 * The product's state machine of a connection; the badge follows it. Its first two states, `connecting` and
 * `selecting_page`, are those of an authorization (`authorization.ts`): there is no page yet.
 */
export const connectionStates = ['connected', 'degraded', 'refresh_required', 'expired', 'disconnected'] as const;

export type ConnectionState = (typeof connectionStates)[number];

/** The last thing that went wrong, as a code; sentences are made late, in the reader's language. */
export interface ConnectionError {
  readonly code: 'grant_gone' | 'permission_lost' | 'network_trouble' | 'no_answer';
  readonly providerStatus: number | null;
  readonly providerCode: string | null;
  readonly providerMessage: string | null;
  /** ISO 8601. */
  readonly at: string;
}

/** The badge of the settings page: green, yellow, red. */
export const badges = ['connected', 'refresh', 'disconnected'] as const;

export type Badge = (typeof badges)[number];

export function badge(state: ConnectionState): Badge {
  switch (state) {
    case 'connected':
      return 'connected';
    case 'degraded':
    case 'refresh_required':
      return 'refresh';
    case 'expired':
    case 'disconnected':
      return 'disconnected';
  }
}

/** What is due for a connection now and then: a new token, a look whether it works, a renewed subscription. */
export const dutyKinds = ['refresh', 'probe', 'watch'] as const;
export type DutyKind = (typeof dutyKinds)[number];

/**
 * Whether the network has been told that a disconnected grant is over. `shared`: it has not, since other connections
 * live by the same person's consent. Whatever it is, once it is not `pending` we hold no token any more.
 */
export const revocations = ['pending', 'done', 'shared', 'failed', 'not_offered'] as const;
export type Revocation = (typeof revocations)[number];

/** For how long a network that does not answer is asked to take a grant back; after it the tokens go all the same. */
export const revocationPatienceMs = 24 * 60 * 60_000;

/** What the process of a connection is started with. */
export interface ConnectionInput {
  readonly v: 1;
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly network: Network;
}

export const connectionWorkflowId = (tenantId: TenantId, connectionId: ConnectionId): string =>
  `tenant/${tenantId}/connection/${connectionId}`;
