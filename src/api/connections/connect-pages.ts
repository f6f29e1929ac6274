import { tokenContext } from '../../db/connection-grant.ts';
import type { LockedAuthorization } from '../../db/connection-authorization.ts';
import { dropDuties, setDuty } from '../../db/connection-duty.ts';
import { tellConnection } from '../../db/connection-process.ts';
import { releaseWaiting } from '../../db/connection-repair.ts';
import { type EarlierConnection, grantConnection, keepTokens } from '../../db/connect-page.ts';
import { unlessViolated } from '../../db/constraint.ts';
import { appendConnectionEvent } from '../../db/connection-event.ts';
import { tenantKeys } from '../../db/tenant-key.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import type { AuthorizationPage } from '../../domain/authorization.ts';
import { errorOf, problemOf, wordless } from '../../domain/connection-health.ts';
import { probeDueAt, refreshDueAt } from '../../domain/connection-schedule.ts';
import { lostFeatures } from '../../domain/grant.ts';
import { lackedScopes, scopesOf } from '../../domain/grant-scopes.ts';
import type { PassedSlot } from '../../domain/hold.ts';
import type { AdminProfileId, ConnectionId, TenantId } from '../../domain/ids.ts';
import { seal, type SealKey } from '../../platform/sealing.ts';
import type { GrantDesk } from './grant-desk.ts';
import type { HeldConsent } from './held-consent.ts';

export interface ConnectDependencies {
  readonly desk: GrantDesk;
  readonly masterKeys: readonly SealKey[];
}

/** A grant, and what is to be made of it. */
export interface Choice {
  readonly tenantId: TenantId;
  readonly authorization: Pick<LockedAuthorization, 'id' | 'user_id' | 'purpose' | 'network' | 'grant_kind'>;
  readonly adminProfileId: AdminProfileId;
  readonly scopes: readonly string[] | null;
  readonly consentExpiresAt: Date | null;
  readonly held: HeldConsent;
  readonly pages: readonly AuthorizationPage[];
  /** `null`: as the connection says. */
  readonly passed: PassedSlot | null;
  readonly now: Date;
}

/**
 * Connects the chosen pages, all of them or none: rows, sealed tokens, what is due for them, and what waited for them.
 * The caller holds the gate of the tenant. False, and the transaction is lost, if another tenant has one of them.
 */
export async function connectPages(
  trx: TenantTransaction,
  choice: Choice,
  { desk, masterKeys }: ConnectDependencies,
): Promise<boolean> {
  // Always in the same order, so that two who choose the same pages do not wait for each other.
  const pages = choice.pages.toSorted((a, b) => (a.externalId < b.externalId ? -1 : 1));
  const { newest: key } = await tenantKeys(trx, choice.tenantId, masterKeys, choice.now);
  return unlessViolated('unique', async () => {
    for (const page of pages) await connectPage(trx, page, choice, { desk, key });
  });
}

async function connectPage(
  trx: TenantTransaction,
  page: AuthorizationPage,
  choice: Choice,
  { desk, key }: { desk: GrantDesk; key: SealKey },
): Promise<void> {
  const { tenantId, authorization, adminProfileId, scopes, passed, now } = choice;
  const { network, grant_kind: kind } = authorization;
  const missing = scopes === null ? [] : lackedScopes(network, kind, scopes);
  const works = !lostFeatures(scopesOf(network, kind), missing).includes('pages');
  const state = works ? 'connected' : 'refresh_required';
  const { id: connectionId, earlier } = await grantConnection(trx, {
    tenantId,
    network,
    grantKind: kind,
    externalId: page.externalId,
    name: page.name,
    details: page.details,
    state,
    adminProfileId,
    scopes,
    missingScopes: missing,
    error: works ? null : errorOf('permission_lost', wordless, now),
    consentExpiresAt: choice.consentExpiresAt,
    by: authorization.user_id,
    now,
  });
  const about = { tenantId, connectionId };
  const tokens = tokensFor(page, choice.held);
  await keepTokens(trx, about, {
    accessToken: seal(key, tokenContext(about), tokens.accessToken),
    refreshToken:
      tokens.refreshToken === null ? null : seal(key, tokenContext(about, 'refresh_token'), tokens.refreshToken),
    expiresAt: tokens.expiresAt === null ? null : new Date(tokens.expiresAt),
  });
  const offer = desk.offer(network, kind);
  await planDuties(trx, about, {
    refreshAt:
      offer?.refreshes === true && tokens.expiresAt !== null
        ? refreshDueAt({ issuedAt: choice.held.issuedAt, expiresAt: tokens.expiresAt }, Math.random())
        : null,
    probeAt: probeDueAt({ network, now: now.getTime(), state, failures: 0 }, Math.random()),
    watchAt: offer?.watches === true ? now.getTime() : null,
  });
  await tellOf(trx, about, { choice, earlier });
  const publishes = problemOf('publish', { network, grantKind: kind, state, missingScopes: missing, errorCode: null });
  if (earlier !== null && publishes === null) {
    await releaseWaiting(trx, about, { worked: problemOf('publish', earlier) === null, passed, now });
  }
  await tellConnection(trx, { ...about, network }, now);
}

/** A page's own token, or the grant's. How long a page's own lives nobody says: the grant's expiry is not its. */
function tokensFor({ externalId }: AuthorizationPage, held: HeldConsent) {
  const own = held.pageTokens[externalId];
  if (own !== undefined) return { accessToken: own, refreshToken: held.refreshToken, expiresAt: null };
  return { accessToken: held.accessToken, refreshToken: held.refreshToken, expiresAt: held.expiresAt };
}

/** Epoch milliseconds; `null`: nothing of the kind is due for the new grant, whatever was for an earlier one. */
async function planDuties(
  trx: TenantTransaction,
  about: { tenantId: TenantId; connectionId: ConnectionId },
  at: { readonly refreshAt: number | null; readonly probeAt: number | null; readonly watchAt: number | null },
): Promise<void> {
  await dropDuties(trx, about.connectionId);
  const planned = [
    ['refresh', at.refreshAt],
    ['probe', at.probeAt],
    ['watch', at.watchAt],
  ] as const;
  for (const [kind, dueAt] of planned) {
    if (dueAt !== null) await setDuty(trx, { ...about, kind }, { dueAt: new Date(dueAt), attempts: 0 });
  }
}

async function tellOf(
  trx: TenantTransaction,
  { tenantId, connectionId }: { tenantId: TenantId; connectionId: ConnectionId },
  { choice, earlier }: { choice: Choice; earlier: EarlierConnection | null },
): Promise<void> {
  const { authorization, adminProfileId, now } = choice;
  const anew = authorization.purpose === 'transfer' ? 'connection.transferred' : 'connection.reconnected';
  const actor = { kind: 'user', id: authorization.user_id } as const;
  await appendConnectionEvent(
    trx,
    { tenantId, connectionId, actor, now },
    {
      kind: earlier === null ? 'connection.connected' : anew,
      data: {
        authorizationId: authorization.id,
        adminProfileId,
        ...(earlier === null ? {} : { was: earlier.state, earlierAdminProfileId: earlier.adminProfileId }),
      },
    },
  );
}
