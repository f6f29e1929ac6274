import type { AdminProfile } from '../../channels/connector.ts';
import {
  awaitChoice,
  type LockedAuthorization,
  lockAuthorization,
  noteFindings,
  settleAuthorization,
} from '../../db/connection-authorization.ts';
import { selectGrantable, selectKnownPages } from '../../db/connect-page.ts';
import { appendEvents } from '../../db/event.ts';
import { isBeingRevoked, noteGrantingProfile } from '../../db/granting-profile.ts';
import { closeGate } from '../../db/halt.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import {
  type AuthorizationFailure,
  type AuthorizationPage,
  choiceTimeMs,
  matchPage,
} from '../../domain/authorization.ts';
import { familyOf } from '../../domain/grant.ts';
import type { AdminProfileId, AuthorizationId, TenantId } from '../../domain/ids.ts';
import { type ConnectDependencies, connectPages } from './connect-pages.ts';
import type { Granted, GrantOutcome } from './grant-desk.ts';
import { authorizationSeals, heldConsentOf } from './held-consent.ts';
import { networkText } from './network-text.ts';
import type { ProviderWords } from '../../domain/connection-health.ts';

/** What an authorization came to for now. */
export type Settled =
  | { readonly state: 'selecting_page' | 'connected' | 'expired'; readonly failure: null }
  | { readonly state: 'failed'; readonly failure: AuthorizationFailure['code'] };

interface Settling {
  readonly tenantId: TenantId;
  readonly authorizationId: AuthorizationId;
  readonly now: Date;
}

/**
 * Asks the network, outside of any transaction, and writes down what came of it. An error of ours ends the authorization
 * as well: its code is spent, and nobody is to wait for the rest of its time.
 */
export async function askAndSettle(
  inTenant: <T>(work: (trx: TenantTransaction) => Promise<T>) => Promise<T>,
  about: Settling,
  { ask, dependencies }: { ask: () => Promise<GrantOutcome>; dependencies: ConnectDependencies },
): Promise<Settled> {
  try {
    const outcome = await ask();
    return await inTenant((trx) => settleOutcome(trx, about, { outcome, dependencies }));
  } catch (error) {
    // If this fails too, the authorization expires by itself: what went wrong first is what has to be known.
    await inTenant((trx) => settleRefusal(trx, about, failureOf('network_trouble'))).catch(() => undefined);
    throw error;
  }
}

/**
 * Writes down what a network gave: pages to choose from; or, where one page was to come back, that it did. Call it
 * without having locked anything.
 */
async function settleOutcome(
  trx: TenantTransaction,
  about: Settling,
  { outcome, dependencies }: { outcome: GrantOutcome; dependencies: ConnectDependencies },
): Promise<Settled> {
  // Before any row, as everybody does: posts may be let go on below.
  await closeGate(trx, about.tenantId);
  const authorization = await lockAuthorization(trx, about.authorizationId);
  // The network took longer than there was time for: what it gave is forgotten.
  if (authorization?.state !== 'connecting') return { state: 'expired', failure: null };
  if (outcome.kind !== 'granted') {
    const code = outcome.kind === 'refused' ? 'refused' : 'network_trouble';
    return fail(trx, about, { authorization, failure: failureOf(code, outcome) });
  }
  return settleGranted(trx, about, { authorization, granted: outcome, dependencies });
}

/** Ends an authorization without having asked the network: it sent the person back without a code, for instance. */
export async function settleRefusal(
  trx: TenantTransaction,
  about: Settling,
  failure: AuthorizationFailure,
): Promise<Settled> {
  const authorization = await lockAuthorization(trx, about.authorizationId);
  if (authorization?.state !== 'connecting') return { state: 'expired', failure: null };
  return fail(trx, about, { authorization, failure });
}

export function failureOf(
  code: AuthorizationFailure['code'],
  facts: Partial<ProviderWords & Pick<AuthorizationFailure, 'expected' | 'found'>> = {},
): AuthorizationFailure {
  const { providerStatus = null, providerCode = null, providerMessage = null, expected = null, found = [] } = facts;
  return { code, providerStatus, providerCode, providerMessage, expected, found };
}

interface Case {
  readonly authorization: LockedAuthorization;
  readonly granted: Granted;
  readonly dependencies: ConnectDependencies;
}

async function settleGranted(trx: TenantTransaction, about: Settling, settling: Case): Promise<Settled> {
  const { authorization, granted } = settling;
  const adminProfileId = await noteProfile(trx, about, authorization, granted.profile);
  const pages = await pagesOf(trx, authorization, granted);
  const { grant } = granted;
  await noteFindings(trx, authorization.id, {
    adminProfileId,
    scopes: grant.scopes,
    pages,
    consentExpiresAt: dateOf(grant.consentExpiresAt),
  });
  const selectable = pages.filter(({ refusal }) => refusal === null);
  if (authorization.purpose !== 'connect') return settleReconsent(trx, about, { ...settling, adminProfileId, pages });
  if (selectable.length === 0) return fail(trx, about, { authorization, failure: failureOf('nothing_to_connect') });

  const seals = await authorizationSeals(trx, about, { masterKeys: settling.dependencies.masterKeys, now: about.now });
  await awaitChoice(trx, authorization.id, {
    sealedGrant: seals.sealConsent(heldConsentOf(granted, about.now)),
    expiresAt: new Date(about.now.getTime() + choiceTimeMs),
  });
  await tell(trx, about, authorization, { kind: 'authorization.granted', data: { pages: selectable.length } });
  return { state: 'selecting_page', failure: null };
}

/** The same page has to come back, of a transfer from somebody else; then there is nothing to choose. */
async function settleReconsent(
  trx: TenantTransaction,
  about: Settling,
  {
    authorization,
    granted,
    dependencies,
    adminProfileId,
    pages,
  }: Case & { adminProfileId: AdminProfileId; pages: readonly AuthorizationPage[] },
): Promise<Settled> {
  const giveUp = (failure: AuthorizationFailure) => fail(trx, about, { authorization, failure });
  const connection =
    authorization.connection_id === null ? null : await selectGrantable(trx, authorization.connection_id);
  if (connection === null || connection.state === 'disconnected') return giveUp(failureOf('ended'));
  if (authorization.purpose === 'transfer' && connection.admin_profile_id === adminProfileId) {
    return giveUp(failureOf('same_profile'));
  }
  const found = matchPage({ externalId: connection.external_id, name: connection.name }, pages);
  if (found.kind === 'other') return giveUp(failureOf('other_page', found));
  if (found.page.refusal !== null) return giveUp(failureOf('nothing_to_connect'));
  if (await isBeingRevoked(trx, adminProfileId)) return giveUp(failureOf('revocation_pending'));

  const { grant } = granted;
  const connected = await connectPages(
    trx,
    {
      tenantId: about.tenantId,
      authorization,
      adminProfileId,
      scopes: grant.scopes,
      consentExpiresAt: dateOf(grant.consentExpiresAt),
      held: heldConsentOf(granted, about.now),
      pages: [found.page],
      passed: authorization.passed_slots,
      now: about.now,
    },
    dependencies,
  );
  // The tenant holds the page, and the gate is closed: nobody can have taken it meanwhile.
  if (!connected) throw new Error('a page that a tenant holds was taken by another');
  await settleAuthorization(trx, authorization.id, { failure: null, now: about.now });
  await tell(trx, about, authorization, { kind: 'authorization.granted', data: { pages: 1 } });
  return { state: 'connected', failure: null };
}

async function fail(
  trx: TenantTransaction,
  about: Settling,
  { authorization, failure }: { authorization: LockedAuthorization; failure: AuthorizationFailure },
): Promise<Settled> {
  await settleAuthorization(trx, authorization.id, { failure, now: about.now });
  const { code, providerCode } = failure;
  await tell(trx, about, authorization, { kind: 'authorization.failed', data: { code, providerCode } });
  return { state: 'failed', failure: code };
}

function noteProfile(
  trx: TenantTransaction,
  { tenantId, now }: Settling,
  { network, grant_kind: kind }: LockedAuthorization,
  { externalId, name }: AdminProfile,
): Promise<AdminProfileId> {
  const family = familyOf(network, kind);
  if (family === null) throw new Error(`${network} cannot be connected`);
  return noteGrantingProfile(trx, { tenantId, family, externalId, name: nameOf(name), now });
}

async function pagesOf(
  trx: TenantTransaction,
  { network }: LockedAuthorization,
  { pages }: Granted,
): Promise<readonly AuthorizationPage[]> {
  const known = await selectKnownPages(
    trx,
    network,
    pages.map(({ externalId }) => externalId),
  );
  return pages.map(({ externalId, name, pictureUrl, details, refusal }) => {
    const connectionId = known.find((connection) => connection.external_id === externalId)?.id ?? null;
    return { externalId, name: nameOf(name), pictureUrl, details, refusal, connectionId };
  });
}

function tell(
  trx: TenantTransaction,
  { tenantId, now }: Settling,
  { id, user_id: userId, network, grant_kind: grantKind, purpose }: LockedAuthorization,
  { kind, data }: { kind: 'authorization.granted' | 'authorization.failed'; data: Record<string, unknown> },
): Promise<void> {
  return appendEvents(trx, [
    {
      tenantId,
      at: now,
      kind,
      entity: 'authorization',
      entityId: id,
      actor: { kind: 'user', id: userId },
      data: { network, grantKind, purpose, ...data },
    },
  ]);
}

const maxNameLength = 300;
const nameOf = (name: string): string => networkText(name, maxNameLength);
const dateOf = (instant: number | null): Date | null => (instant === null ? null : new Date(instant));
