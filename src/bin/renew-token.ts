import { type RefreshDependencies, refreshConnection } from '../activities/token-refresh.ts';
import type { Renew } from '../api/connections/renew.ts';

/** Lets the API renew a token that a network refused, by the function that the worker uses. */
export function renewWith(dependencies: RefreshDependencies): Renew {
  return async ({ tenantId, connectionId, tokenVersion }) => {
    const outcome = await refreshConnection(dependencies, { tenantId, connectionId, usedVersion: tokenVersion });
    switch (outcome.kind) {
      case 'fresh':
      case 'current':
        return { kind: 'renewed', accessToken: outcome.accessToken };
      case 'not_renewable':
      case 'grant_gone':
        return { kind: 'gone' };
      case 'permission_lost':
        return { kind: 'permission_lost', missing: outcome.missing };
      case 'trouble':
        return { kind: 'trouble', retryAfterMs: outcome.retryAfterMs };
    }
  };
}
