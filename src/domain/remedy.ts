import type { ConnectionError, ConnectionState } from './connection.ts';
import type { GrantKind } from './grant.ts';
import type { Network } from './network.ts';

/** What a person can do about a connection, as a code; sentences are made late, in the reader's language. */
export const remedyCodes = [
  /** A person has ended it: connecting the same page brings it back with its history. */
  'connect_again',
  'consent_again',
  /** It lives by a key or token that is typed in, not by a consent. */
  'key_again',
  /** Whoever granted access has no role on the page any more. */
  'regain_role',
  'grant_permissions',
  /** Everything works still, and the consent is about to lapse. */
  'renew_consent',
  /** The network fails in a way that it also fails in when the page's admin rights are gone. */
  'check_admin_rights',
  'wait_for_limit',
  'wait',
] as const;

export type RemedyCode = (typeof remedyCodes)[number];

export interface Ailment {
  readonly network: Network;
  readonly kind: GrantKind;
  readonly state: ConnectionState;
  readonly error: Pick<ConnectionError, 'code' | 'providerStatus' | 'providerCode'> | null;
  /** Permissions that were asked for and are not there. */
  readonly missing: readonly string[];
}

/** What would help a connection; `null` where nothing is wrong. */
export function remedyOf({ network, kind, state, error, missing }: Ailment): RemedyCode | null {
  switch (state) {
    case 'connected':
      return missing.length > 0 ? 'grant_permissions' : null;
    case 'degraded':
      return remedyOfTrouble(network, error?.providerStatus ?? null);
    case 'refresh_required':
      return error?.code === 'permission_lost' ? 'grant_permissions' : 'renew_consent';
    case 'expired':
      if (error !== null && roleLost.has(error.providerCode ?? '')) return 'regain_role';
      return keyKinds.includes(kind) ? 'key_again' : 'consent_again';
    case 'disconnected':
      return 'connect_again';
  }
}

function remedyOfTrouble(network: Network, status: number | null): RemedyCode {
  if (status === 429) return 'wait_for_limit';
  return status !== null && status >= 500 && administered.includes(network) ? 'check_admin_rights' : 'wait';
}

/** Meta's "no role on the page any more". */
const roleLost: ReadonlySet<string> = new Set(['190/492']);

const keyKinds: readonly GrantKind[] = ['service_account', 'bot_token', 'api_key'];

/** Where people act for a page through a role that others can take away. */
const administered: readonly Network[] = [
  'facebook',
  'instagram',
  'whatsapp',
  'linkedin',
  'youtube',
  'google_business',
];
