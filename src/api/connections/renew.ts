import type { ConnectionId, TenantId } from '../../domain/ids.ts';
import type { GrantRefused, NetworkTrouble } from './probe.ts';

/** What became of a token that a network refused. */
export type Renewal =
  | { readonly kind: 'renewed'; readonly accessToken: string }
  /** There is nothing to renew with, or the network says that the grant is over. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'permission_lost'; readonly missing: readonly string[] }
  | { readonly kind: 'trouble'; readonly retryAfterMs: number };

export interface RefusedToken {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly tokenVersion: number;
}

/** Renews a token, once across all processes. Never throws for what the network does. */
export type Renew = (refused: RefusedToken) => Promise<Renewal>;

/** Asks a network what may be asked twice, and once more with a new token if it says that the token has lapsed. */
export async function askWithRenewal<Outcome extends { readonly kind: string }>(
  renew: Renew,
  { accessToken, ...refused }: RefusedToken & { readonly accessToken: string },
  ask: (accessToken: string) => Promise<Outcome | GrantRefused>,
): Promise<Outcome | GrantRefused | NetworkTrouble> {
  const first = await ask(accessToken);
  if (!hasLapsed(first)) return first;
  const renewal = await renew(refused);
  switch (renewal.kind) {
    case 'renewed': {
      const second = await ask(renewal.accessToken);
      // A new token that is refused says nothing of the grant: the network has just honoured it.
      return hasLapsed(second) ? { ...second, kind: 'trouble', retryAfterMs: null } : second;
    }
    case 'gone':
      return first;
    case 'permission_lost':
      return { ...first, problem: 'permission', missing: renewal.missing };
    case 'trouble':
      return { ...first, kind: 'trouble', retryAfterMs: renewal.retryAfterMs };
  }
}

function hasLapsed(outcome: { readonly kind: string }): outcome is GrantRefused {
  return outcome.kind === 'grant_refused' && 'lapsed' in outcome && outcome.lapsed === true;
}
