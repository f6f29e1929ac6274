import type { Kysely } from 'kysely';
import { lockAuthorization, spendState } from '../../db/connection-authorization.ts';
import { selectRights } from '../../db/member.ts';
import type { Database } from '../../db/schema.ts';
import { selectTenant } from '../../db/tenant-read.ts';
import { type TenantTransaction, withTenant } from '../../db/tenant.ts';
import type { AuthorizationFailure } from '../../domain/authorization.ts';
import type { AuthorizationId } from '../../domain/ids.ts';
import { type FlowDependencies, redirectUri } from './begin-authorization.ts';
import { readState, type ReturnedState } from './consent-secrets.ts';
import type { GrantOutcome, Way } from './grant-desk.ts';
import { authorizationSeals } from './held-consent.ts';
import { networkText } from './network-text.ts';
import { askAndSettle, failureOf, type Settled, settleRefusal } from './settle-grant.ts';

export interface ReturnDependencies extends FlowDependencies {
  readonly db: Kysely<Database>;
  /** How long all calls to the network together may take. */
  readonly timeoutMs: number;
}

/** How a person was met who came back from a network. */
export type Landing =
  | Stray
  | ({ readonly kind: 'met'; readonly authorizationId: AuthorizationId; readonly tenant: string } & Settled);

/** Not by a way that we know to be theirs; nothing was changed. */
export interface Stray {
  readonly kind: 'stray';
  readonly reason: StrayReason;
}

type StrayReason =
  | 'unknown'
  /** The same return once more, or an authorization that is over. */
  | 'used'
  | 'expired'
  /** What was begun for one network came back as from another. */
  | 'other_network';

/** Takes back a person whom we sent to a network. Nothing of the request is believed before its state has proved it. */
export async function receiveReturn(
  { way, query, now }: { way: { network: string; kind: string }; query: URLSearchParams; now: Date },
  dependencies: ReturnDependencies,
): Promise<Landing> {
  const state = readState(single(query, 'state') ?? '');
  if (state === null) return stray('unknown');
  const { tenantId, authorizationId } = state;
  const inTenant = <T>(work: (trx: TenantTransaction) => Promise<T>) => withTenant(dependencies.db, tenantId, work);

  const claimed = await inTenant((trx) => claim(trx, { state, way, now }, dependencies));
  if (claimed.kind === 'stray') return claimed;
  const about = { tenantId, authorizationId, now };
  const refusal = claimed.welcome ? refusalIn(query) : failureOf('refused');
  const code = single(query, 'code');
  const settled =
    refusal !== null || code === null
      ? await inTenant((trx) => settleRefusal(trx, about, refusal ?? failureOf('refused')))
      : await askAndSettle(inTenant, about, { ask: () => exchange({ code, claimed, dependencies }), dependencies });
  return { kind: 'met', authorizationId, tenant: claimed.tenant, ...settled };
}

interface Claimed {
  readonly kind: 'claimed';
  readonly way: Way;
  readonly named: readonly string[];
  readonly codeVerifier: string | null;
  readonly tenant: string;
  /** Whether whoever began it may still connect pages. */
  readonly welcome: boolean;
}

/** Lets a state come back once, by the way that it was given to. Whatever else comes changes nothing. */
async function claim(
  trx: TenantTransaction,
  { state, way, now }: { state: ReturnedState; way: { network: string; kind: string }; now: Date },
  { masterKeys }: ReturnDependencies,
): Promise<Claimed | Stray> {
  const row = await lockAuthorization(trx, state.authorizationId);
  if (row === null) return stray('unknown');
  if (row.state_hash !== null && row.state_hash !== state.hash) return stray('unknown');
  if (row.state === 'expired' || (row.state === 'connecting' && row.expires_at <= now)) return stray('expired');
  if (row.state_hash === null || row.state !== 'connecting') return stray('used');
  if (row.network !== way.network || row.grant_kind !== way.kind) return stray('other_network');
  await spendState(trx, row.id);
  const seals = await authorizationSeals(trx, state, { masterKeys, now });
  const rights = await selectRights(trx, row.user_id);
  return {
    kind: 'claimed',
    way: { network: row.network, kind: row.grant_kind },
    named: row.named,
    codeVerifier: row.code_verifier === null ? null : seals.openVerifier(row.code_verifier),
    tenant: (await selectTenant(trx, state.tenantId))?.name ?? '',
    welcome: rights !== null && rights.active && rights.permissions.includes('connection.write'),
  };
}

function exchange({
  code,
  claimed: { way, named, codeVerifier },
  dependencies: { desk, publicUrl, timeoutMs },
}: {
  code: string;
  claimed: Claimed;
  dependencies: ReturnDependencies;
}): Promise<GrantOutcome> {
  const request = { code, codeVerifier, named, redirectUri: redirectUri(publicUrl, way) };
  return desk.redeem(way, request, AbortSignal.timeout(timeoutMs));
}

/** The networks' words for a person's "no": OAuth's own, and LinkedIn's two. */
const denials: ReadonlySet<string> = new Set(['access_denied', 'user_cancelled_login', 'user_cancelled_authorize']);

function refusalIn(query: URLSearchParams): AuthorizationFailure | null {
  const error = query.get('error') ?? query.get('error_code');
  if (error === null) return null;
  const words = query.get('error_description') ?? query.get('error_message');
  return failureOf(denials.has(error) ? 'denied' : 'refused', {
    providerCode: networkText(error, 100),
    providerMessage: words === null ? null : networkText(words, 500),
  });
}

/** A parameter that is there once; twice, it could mean one thing to us and another to whoever sent it. */
function single(query: URLSearchParams, name: string): string | null {
  const [value, ...more] = query.getAll(name);
  return value === undefined || value === '' || more.length > 0 ? null : value;
}

function stray(reason: StrayReason): Stray {
  return { kind: 'stray', reason };
}
