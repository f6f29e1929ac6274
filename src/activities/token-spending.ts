import { ChannelError } from '../channels/channel.ts';
import type { Grant } from '../channels/connector.ts';
import { wordsOf } from '../channels/provider-words.ts';
import { dropDuties } from '../db/connection-duty.ts';
import { breakConnection } from '../db/connection-grant.ts';
import {
  leaseTokens,
  lockTokens,
  type NewTokens,
  openTokens,
  replaceTokens,
  type StoredTokens,
} from '../db/connection-token.ts';
import { type TenantTransaction, withTenant } from '../db/tenant.ts';
import { refreshDueAt } from '../domain/connection-schedule.ts';
import type { ConnectionError } from '../domain/connection.ts';
import { errorOf, wordless } from '../domain/connection-health.ts';
import { lackedScopes } from '../domain/grant-scopes.ts';
import type { Lease, RefreshDependencies, RefreshOutcome } from './token-refresh.ts';
import { persistently } from './waiting.ts';

/** A process that was frozen for longer after it took the lease does not call: another may be at it. */
const callWithinMs = 5_000;
/** Less than the lease, so that nobody else begins before this call is over. */
const callTimeoutMs = 20_000;
/** How long a network in trouble is left alone where it does not say itself. */
const usualPauseMs = 5_000;

/** What the network said to the refresh token. */
type Verdict =
  | { readonly kind: 'granted'; readonly grant: Grant }
  /** Nobody but us said so: there is nothing to renew with. */
  | { readonly kind: 'not_renewable' }
  | { readonly kind: 'gone' | 'permission'; readonly error: ChannelError }
  | { readonly kind: 'trouble'; readonly error: ChannelError | null };

/** Spends the refresh token that is leased, outside any transaction, and writes down what came of it. */
export async function spendRefreshToken(dependencies: RefreshDependencies, lease: Lease): Promise<RefreshOutcome> {
  const { db, clock } = dependencies;
  const issuedAt = clock();
  const verdict = await ask(lease);
  // What the network gave exists nowhere else yet.
  return persistently(() =>
    withTenant(db, lease.key.tenantId, (trx) =>
      writeDown(trx, dependencies, { lease, verdict, issuedAt, now: new Date(clock()) }),
    ),
  );
}

async function ask({ connector, held, askedAt }: Lease): Promise<Verdict> {
  if (connector.refresh === null) return { kind: 'not_renewable' };
  if (performance.now() - askedAt > callWithinMs) return { kind: 'trouble', error: null };
  try {
    return { kind: 'granted', grant: await connector.refresh(held, { signal: AbortSignal.timeout(callTimeoutMs) }) };
  } catch (error) {
    // A fault of our own: whether the network has acted is unknown, and the next who tries will hear.
    if (!(error instanceof ChannelError)) return { kind: 'trouble', error: null };
    return verdictOf(error);
  }
}

function verdictOf(error: ChannelError): Verdict {
  if (error.class !== 'refresh_token' && error.class !== 'disconnected') return { kind: 'trouble', error };
  if (error.grantProblem === 'permission') return { kind: 'permission', error };
  return error.provider === null ? { kind: 'not_renewable' } : { kind: 'gone', error };
}

interface Spent {
  readonly lease: Lease;
  readonly verdict: Verdict;
  /** Epoch milliseconds before the call: the new token lives from then at the earliest. */
  readonly issuedAt: number;
  readonly now: Date;
}

async function writeDown(
  trx: TenantTransaction,
  dependencies: RefreshDependencies,
  { lease, verdict, issuedAt, now }: Spent,
): Promise<RefreshOutcome> {
  const { masterKeys } = dependencies;
  const { key } = lease;
  const stored = await lockTokens(trx, key);
  if (stored === null) return { kind: 'not_renewable' };
  if (stored.token_version !== lease.tokenVersion) {
    // A person has consented anew meanwhile, or this process was frozen past its lease: what is there is newer.
    const { accessToken } = await openTokens(trx, key, stored, { masterKeys, now });
    return { kind: 'current', accessToken, tokenVersion: stored.token_version };
  }
  switch (verdict.kind) {
    case 'granted': {
      const { accessToken } = verdict.grant;
      const tokens = tokensOf(verdict.grant, stored, { issuedAt });
      await noteLostScopes(trx, { lease, granted: tokens.granted, before: stored, now });
      const tokenVersion = await replaceTokens(trx, key, tokens, { masterKeys, now });
      return { kind: 'fresh', accessToken, tokenVersion };
    }
    case 'trouble': {
      const pauseMs = verdict.error?.retryAfterMs ?? usualPauseMs;
      await leaseTokens(trx, key, { lease: null, until: new Date(now.getTime() + pauseMs) });
      return { kind: 'trouble', retryAfterMs: pauseMs, error: troubleOf(verdict.error, now) };
    }
    case 'not_renewable':
      await leaseTokens(trx, key, { lease: null, until: null });
      await dropDuties(trx, key.connectionId, 'refresh');
      return { kind: 'not_renewable' };
    case 'gone':
    case 'permission': {
      await leaseTokens(trx, key, { lease: null, until: null });
      await dropDuties(trx, key.connectionId, 'refresh');
      const isGone = verdict.kind === 'gone';
      const { missingScopes: missing } = verdict.error;
      const error = errorOf(isGone ? 'grant_gone' : 'permission_lost', wordsOf(verdict.error), now);
      const state = isGone ? 'expired' : 'refresh_required';
      const broken = await breakConnection(trx, key, { grantVersion: lease.grantVersion, state, missing, error, now });
      if (!broken) return repairedMeanwhile(now);
      return isGone ? { kind: 'grant_gone' } : { kind: 'permission_lost', missing };
    }
  }
}

function tokensOf(
  { accessToken, refreshToken, expiresAt, consentExpiresAt, scopes }: Grant,
  { network, grant_kind }: StoredTokens,
  { issuedAt }: { issuedAt: number },
): NewTokens {
  return {
    accessToken,
    refreshToken,
    expiresAt: dateOf(expiresAt),
    consentExpiresAt: dateOf(consentExpiresAt),
    granted: scopes === null ? null : { scopes, missing: lackedScopes(network, grant_kind, scopes) },
    refreshAt: expiresAt === null ? null : new Date(refreshDueAt({ issuedAt, expiresAt }, Math.random())),
  };
}

/** A permission that was there and that the new token lacks is lost: what needs it waits for a person. */
async function noteLostScopes(
  trx: TenantTransaction,
  { lease, granted, before, now }: { lease: Lease; granted: NewTokens['granted']; before: StoredTokens; now: Date },
): Promise<void> {
  const missing = granted?.missing.filter((scope) => before.scopes?.includes(scope)) ?? [];
  if (missing.length === 0) return;
  const error = errorOf('permission_lost', wordless, now);
  const { grant_version: grantVersion } = before;
  await breakConnection(trx, lease.key, { grantVersion, state: 'refresh_required', missing, error, now });
}

/** A verdict on a grant that a person has renewed since: whoever was refused may try again at once. */
function repairedMeanwhile(now: Date): RefreshOutcome {
  return { kind: 'trouble', retryAfterMs: 1, error: errorOf('network_trouble', wordless, now) };
}

function troubleOf(error: ChannelError | null, now: Date): ConnectionError {
  const answered = typeof error?.provider?.status === 'number';
  return errorOf(answered ? 'network_trouble' : 'no_answer', error === null ? wordless : wordsOf(error), now);
}

const dateOf = (instant: number | null): Date | null => (instant === null ? null : new Date(instant));
