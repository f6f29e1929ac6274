import type { Credentials } from '../../channels/connector.ts';
import {
  countOpenAuthorizations,
  insertAuthorization,
  selectAuthorization,
} from '../../db/connection-authorization.ts';
import { appendEvents } from '../../db/event.ts';
import type { TenantTransaction } from '../../db/tenant.ts';
import { type AuthorizationPurpose, consentTimeMs, maxOpenAuthorizations } from '../../domain/authorization.ts';
import type { PassedSlot } from '../../domain/hold.ts';
import type { AuthorizationId, ConnectionId } from '../../domain/ids.ts';
import { newId } from '../../platform/new-id.ts';
import type { ActContext } from '../route-context.ts';
import { presentAuthorization } from './authorization-view.ts';
import type { ConnectDependencies } from './connect-pages.ts';
import { codeChallenge, newCodeVerifier, newState } from './consent-secrets.ts';
import type { GrantOffer, Way } from './grant-desk.ts';
import { authorizationSeals } from './held-consent.ts';
import { askAndSettle } from './settle-grant.ts';

export interface FlowDependencies extends ConnectDependencies {
  /** The address of this API as the networks, and people's browsers, reach it. */
  readonly publicUrl: string;
}

/** For how long a network may take to judge keys and list what they reach. */
export const networkTimeoutMs = 20_000;

export const beginRefusals = {
  not_connectable: {
    status: 409,
    title: 'Not connectable',
    description:
      'The network cannot be connected this way. `reason`: `announced`, it will be some day; `not_configured`, this installation has no app at the network.',
    example: { reason: 'announced' },
  },
  too_many_authorizations: {
    status: 429,
    title: 'Too many authorizations',
    description: 'The caller has as many ways to networks open as one may have. Finish them, or let them expire.',
    example: { limit: maxOpenAuthorizations },
  },
} as const;

type Context = Pick<
  ActContext<unknown, unknown, unknown, keyof typeof beginRefusals>,
  'caller' | 'now' | 'inTenant' | 'refuse' | 'invalid'
>;

interface Begun {
  readonly way: Way;
  readonly purpose: AuthorizationPurpose;
  readonly connectionId: ConnectionId | null;
  readonly named: readonly string[];
  readonly credentials: Credentials | null;
  readonly passed: PassedSlot;
}

/** Where a network sends people back: an address of its own for each way, so that none can answer for another. */
export function redirectUri(publicUrl: string, { network, kind }: Way): string {
  return `${publicUrl}/connections/callback/${network}/${kind}`;
}

/** Sends a person to a network; or, where keys are handed over, takes them there at once. */
export async function beginAuthorization(context: Context, begun: Begun, dependencies: FlowDependencies) {
  const { way, credentials } = begun;
  const offer = dependencies.desk.offer(way.network, way.kind);
  if (offer === null) throw notConnectable(context, 'announced');
  checkCredentials(context, begun, offer);
  await context.inTenant((trx) => requireRoom(trx, context));
  return credentials === null
    ? sendToConsent(context, begun, { offer, dependencies })
    : takeKeys(context, { ...begun, credentials }, dependencies);
}

export function notConnectable({ refuse }: Pick<Context, 'refuse'>, reason: 'announced' | 'not_configured') {
  return refuse('not_connectable', { extensions: { reason } });
}

async function sendToConsent(
  context: Context,
  begun: Begun,
  { offer, dependencies }: { offer: GrantOffer; dependencies: FlowDependencies },
) {
  const { caller, now } = context;
  const about = { tenantId: caller.tenantId, authorizationId: newId<AuthorizationId>() };
  const { state, hash } = newState(about.tenantId, about.authorizationId);
  const verifier = offer.pkce ? newCodeVerifier() : null;
  const authorizationUrl = dependencies.desk.consentUrl(begun.way, {
    redirectUri: redirectUri(dependencies.publicUrl, begun.way),
    state,
    codeChallenge: verifier === null ? null : codeChallenge(verifier),
  });
  if (authorizationUrl === null) throw notConnectable(context, 'not_configured');
  return context.inTenant(async (trx) => {
    const seals = await authorizationSeals(trx, about, { masterKeys: dependencies.masterKeys, now });
    const codeVerifier = verifier === null ? null : seals.sealVerifier(verifier);
    await insert(trx, context, { ...begun, id: about.authorizationId, stateHash: hash, codeVerifier });
    return { ...(await present(trx, context, about.authorizationId)), authorizationUrl };
  });
}

/** The keys go to the network and, sealed, into the database: nowhere else. */
async function takeKeys(
  context: Context,
  begun: Begun & { readonly credentials: Credentials },
  dependencies: FlowDependencies,
) {
  const { caller, now, inTenant } = context;
  const { credentials, named, way } = begun;
  const id = newId<AuthorizationId>();
  await inTenant((trx) => insert(trx, context, { ...begun, id, stateHash: null, codeVerifier: null }));
  const ask = () => dependencies.desk.admit(way, { credentials, named }, AbortSignal.timeout(networkTimeoutMs));
  await askAndSettle(inTenant, { tenantId: caller.tenantId, authorizationId: id, now }, { ask, dependencies });
  return inTenant(async (trx) => ({ ...(await present(trx, context, id)), authorizationUrl: null }));
}

function checkCredentials({ invalid }: Context, { credentials, way }: Begun, offer: GrantOffer): void {
  const at = { pointer: '/credentials', limit: null, value: null };
  if (offer.way === 'consent' && credentials !== null) {
    throw invalid([{ ...at, rule: 'not_taken', detail: 'are not taken where a person consents at the network' }]);
  }
  if (offer.way === 'credentials' && credentials === null) {
    throw invalid([{ ...at, rule: 'required', detail: 'are needed: this way has no consent page' }]);
  }
  if (credentials !== null && credentials.kind !== way.kind) {
    throw invalid([{ ...at, rule: 'kind', limit: way.kind, detail: `must be a ${way.kind}` }]);
  }
}

async function requireRoom(trx: TenantTransaction, { caller, now, refuse }: Context): Promise<void> {
  const open = await countOpenAuthorizations(trx, caller.userId, now);
  if (open < maxOpenAuthorizations) return;
  throw refuse('too_many_authorizations', { extensions: { limit: maxOpenAuthorizations } });
}

async function insert(
  trx: TenantTransaction,
  { caller, now }: Context,
  begun: Begun & { id: AuthorizationId; stateHash: string | null; codeVerifier: string | null },
): Promise<void> {
  const { tenantId, userId } = caller;
  const { id, way, purpose, connectionId } = begun;
  await insertAuthorization(trx, {
    tenant_id: tenantId,
    id,
    user_id: userId,
    purpose,
    network: way.network,
    grant_kind: way.kind,
    connection_id: connectionId,
    named: begun.named,
    passed_slots: begun.passed,
    state: 'connecting',
    state_hash: begun.stateHash,
    code_verifier: begun.codeVerifier,
    created_at: now,
    expires_at: new Date(now.getTime() + consentTimeMs),
  });
  await appendEvents(trx, [
    {
      tenantId,
      at: now,
      kind: 'authorization.started',
      entity: 'authorization',
      entityId: id,
      actor: { kind: 'user', id: userId },
      data: { network: way.network, grantKind: way.kind, purpose, connectionId },
    },
  ]);
}

async function present(trx: TenantTransaction, { caller }: Context, id: AuthorizationId) {
  const row = await selectAuthorization(trx, { id, userId: caller.userId });
  if (row === null) throw new Error('an authorization that was just written is not there');
  return presentAuthorization(trx, row);
}
