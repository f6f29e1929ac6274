import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Connector, HeldGrant } from '../channels/connector.ts';
import type { Connectors } from '../channels/registry.ts';
import {
  isRefreshDue,
  leaseTokens,
  lockTokens,
  openTokens,
  type StoredTokens,
  type TokenKey,
} from '../db/connection-token.ts';
import type { Database } from '../db/schema.ts';
import { type TenantTransaction, withTenant } from '../db/tenant.ts';
import type { ConnectionError } from '../domain/connection.ts';
import { errorOf, wordless } from '../domain/connection-health.ts';
import type { Clock } from '../platform/clock.ts';
import { newId } from '../platform/new-id.ts';
import type { SealKey } from '../platform/sealing.ts';
import { spendRefreshToken } from './token-spending.ts';

export interface RefreshDependencies {
  readonly db: Kysely<Database>;
  readonly masterKeys: readonly SealKey[];
  readonly connectors: Connectors;
  readonly clock: Clock;
}

export interface RefreshRequest extends TokenKey {
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
  /** The network says that permissions are missing, and names those or none: the connection is `refresh_required`. */
  | { readonly kind: 'permission_lost'; readonly missing: readonly string[] }
  /** The network is in trouble, or another process is still asking it. The connection is left as it is. */
  | { readonly kind: 'trouble'; readonly retryAfterMs: number; readonly error: ConnectionError };

export interface UsableToken {
  readonly accessToken: string;
  readonly tokenVersion: number;
}

/** The right to spend a refresh token, and what it is spent with. */
export interface Lease {
  readonly key: TokenKey;
  readonly id: string;
  readonly connector: Connector;
  readonly held: HeldGrant;
  readonly grantVersion: number;
  readonly tokenVersion: number;
  /** `performance.now()` before it was asked for. */
  readonly askedAt: number;
}

/** Longer than a refresh takes with all that surrounds it: only of a process that has died it runs out. */
const leaseMs = 30_000;
/** For how long whoever comes second waits for the first. */
const patienceMs = 20_000;
const pollMs = { from: 50, to: 250 } as const;

/**
 * Renews the token of a connection, once across all processes: whoever comes second waits for the first and is given
 * what it brought. The new tokens are stored before anybody uses them. Never throws for what the network does.
 */
export async function refreshConnection(
  dependencies: RefreshDependencies,
  request: RefreshRequest,
): Promise<RefreshOutcome> {
  const { db, clock } = dependencies;
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const askedAt = performance.now();
    const now = new Date(clock());
    const claim = await withTenant(db, request.tenantId, (trx) =>
      claimLease(trx, dependencies, { request, now, askedAt }),
    );
    switch (claim.kind) {
      case 'settled':
        return claim.outcome;
      case 'leased':
        return spendRefreshToken(dependencies, claim.lease);
      case 'busy':
        if (performance.now() >= giveUpAt) return stillBusy(now, claim.until);
        await sleep(pollMs.from + (pollMs.to - pollMs.from) * Math.random());
    }
  }
}

type Claim =
  | { readonly kind: 'settled'; readonly outcome: RefreshOutcome }
  | { readonly kind: 'leased'; readonly lease: Lease }
  /** Another process is at it. */
  | { readonly kind: 'busy'; readonly until: Date };

async function claimLease(
  trx: TenantTransaction,
  { masterKeys, connectors }: RefreshDependencies,
  { request, now, askedAt }: { request: RefreshRequest; now: Date; askedAt: number },
): Promise<Claim> {
  const stored = await lockTokens(trx, request);
  if (stored === null || stored.state === 'disconnected') return settled({ kind: 'not_renewable' });
  // Known already: nobody asks the network again, which may take a second use of a refresh token for theft.
  if (stored.state === 'expired') return settled({ kind: 'grant_gone' });
  const { accessToken, refreshToken } = await openTokens(trx, request, stored, { masterKeys, now });
  const tokenVersion = stored.token_version;
  if (!(await isWanted(trx, stored, { request, now }))) return settled({ kind: 'current', accessToken, tokenVersion });

  const connector = connectors(stored.network, stored.grant_kind);
  if (connector === null || connector.refresh === null) return settled({ kind: 'not_renewable' });
  const { refresh_lease_until: until } = stored;
  if (until !== null && until > now) {
    return stored.refresh_lease === null ? settled(pausing(now, until)) : { kind: 'busy', until };
  }

  const id = newId<string>();
  await leaseTokens(trx, request, { lease: id, until: new Date(now.getTime() + leaseMs) });
  const { external_id: externalId, details, scopes, grant_version: grantVersion } = stored;
  const held = { externalId, details, scopes, accessToken, refreshToken };
  return { kind: 'leased', lease: { key: request, id, connector, held, grantVersion, tokenVersion, askedAt } };
}

/** Not if a newer token than the refused one is there, nor if it was renewed since it came due. */
async function isWanted(
  trx: TenantTransaction,
  { token_version }: StoredTokens,
  { request, now }: { request: RefreshRequest; now: Date },
): Promise<boolean> {
  return request.usedVersion === null ? isRefreshDue(trx, request, now) : token_version <= request.usedVersion;
}

const settled = (outcome: RefreshOutcome): Claim => ({ kind: 'settled', outcome });

/** The network has just had trouble, and is left alone for as long as it asked. */
function pausing(now: Date, until: Date): RefreshOutcome {
  return {
    kind: 'trouble',
    retryAfterMs: until.getTime() - now.getTime(),
    error: errorOf('network_trouble', wordless, now),
  };
}

function stillBusy(now: Date, until: Date): RefreshOutcome {
  const retryAfterMs = Math.max(1_000, until.getTime() - now.getTime());
  return { kind: 'trouble', retryAfterMs, error: errorOf('no_answer', wordless, now) };
}
