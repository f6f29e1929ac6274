/** The product's state machine of a connection; the badge follows it. */
export const connectionStates = [
  'connecting',
  'selecting_page',
  'connected',
  'degraded',
  'refresh_required',
  'expired',
  'disconnected',
] as const;

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

export type Badge = 'connected' | 'refresh' | 'disconnected';

/** The badge of the settings page: green, yellow, red; `null` while the connection is being made. */
export function badge(state: ConnectionState): Badge | null {
  switch (state) {
    case 'connected':
      return 'connected';
    case 'degraded':
    case 'refresh_required':
      return 'refresh';
    case 'expired':
    case 'disconnected':
      return 'disconnected';
    case 'connecting':
    case 'selecting_page':
      return null;
  }
}

/** Whether work for the page may go out: `degraded` is the network's trouble and is retried. */
export function usable(state: ConnectionState): boolean {
  return state === 'connected' || state === 'degraded';
}
