import type { ConnectionError, ConnectionState } from './connection.ts';
import { type Feature, type GrantKind, lostFeatures } from './grant.ts';
import { lackedScopes, scopesOf } from './grant-scopes.ts';
import type { Network } from './network.ts';
import type { GrantProblem } from './publication.ts';

/** What a network said, for people. */
export type ProviderWords = Pick<ConnectionError, 'providerStatus' | 'providerCode' | 'providerMessage'>;

/** Of what the network has said nothing of: what follows from what it did, or from what we hold. */
export const wordless: ProviderWords = { providerStatus: null, providerCode: null, providerMessage: null };

/** What a look at a page brought. */
export type Look =
  /** The page answered. `name`: what it is called there now; `scopes`: what the token may do; `null`: not told. */
  | { readonly kind: 'works'; readonly name: string | null; readonly scopes: readonly string[] | null }
  /** `missing`: the permissions that the network named, or that it no longer lists. */
  | ({
      readonly kind: 'grant_refused';
      readonly problem: GrantProblem;
      readonly missing: readonly string[];
    } & ProviderWords)
  /** The network is in trouble, asks for a pause or said nothing that can be understood. */
  | ({ readonly kind: 'trouble' } & ProviderWords);

/** As much of a connection as decides what still works. */
export interface GrantStanding {
  readonly state: ConnectionState;
  readonly network: Network;
  readonly grantKind: GrantKind;
  readonly missingScopes: readonly string[];
  readonly errorCode: ConnectionError['code'] | null;
}

/** What keeps a feature from working; `null`: it works. A lost permission ends only what needs it. */
export function problemOf(feature: Feature, standing: GrantStanding): GrantProblem | null {
  const { state, network, grantKind, errorCode } = standing;
  if (state === 'expired' || state === 'disconnected') return 'gone';
  // The network refused and did not say for want of which permission.
  if (state === 'refresh_required' && errorCode === 'permission_lost' && standing.missingScopes.length === 0) {
    return 'permission';
  }
  return lostFeatures(scopesOf(network, grantKind), standing.missingScopes).includes(feature) ? 'permission' : null;
}

/**
 * The permissions for want of which a network refuses a feature: those that it names, as long as the feature needs any of
 * them; else those that are asked for mainly because of it.
 */
export function scopesRefused(
  feature: Feature,
  named: readonly string[],
  { network, grantKind }: Pick<GrantStanding, 'network' | 'grantKind'>,
): readonly string[] {
  const asked = scopesOf(network, grantKind);
  if (lostFeatures(asked, named).includes(feature)) return named;
  return asked.filter(({ features: [main] }) => main === feature).map(({ scope }) => scope);
}

/** How long before consent lapses a person is asked to renew it. */
export const consentNoticeMs = 7 * 24 * 60 * 60_000;

/** A page that has just answered, as it was until then. */
export interface AnsweringPage extends GrantStanding {
  /** What the token may do, as far as the consent said; `null`: not told. */
  readonly scopes: readonly string[] | null;
  /** Epoch milliseconds; `null`: unknown or never. */
  readonly consentExpiresAt: number | null;
  /** It lost permissions, as the refusal of a call showed and not a list of what the token may do. */
  readonly callRefused: boolean;
  /** Its token could not be renewed several times in a row. */
  readonly refreshFails: boolean;
}

export interface Answer {
  /** What the token may do now; `null`: the network does not tell. */
  readonly scopes: readonly string[] | null;
  /** Somebody asked for the look, and vouches for what the network does not tell. */
  readonly byPerson: boolean;
  readonly now: number;
}

/** What a page is once it has answered. `errorCode`: that of the error that stays or begins with it. */
export type Health = Pick<GrantStanding, 'missingScopes' | 'errorCode'> & {
  readonly state: Exclude<ConnectionState, 'expired' | 'disconnected'>;
};

/**
 * Judges a page that has just answered. Permissions that were never given do not count as lost, unless the page cannot be
 * kept without them; nor do those that nothing needs.
 */
export function healthOf(page: AnsweringPage, answer: Answer): Health {
  const missingScopes = missingOf(page, answer);
  const asked = scopesOf(page.network, page.grantKind);
  const newly = missingScopes.filter((scope) => !page.missingScopes.includes(scope));
  const isLost = lostFeatures(asked, newly).length > 0 || lostFeatures(asked, missingScopes).includes('pages');
  if (isLost || staysRefused(page, answer, missingScopes)) {
    return { state: 'refresh_required', missingScopes, errorCode: 'permission_lost' };
  }
  if (page.consentExpiresAt !== null && page.consentExpiresAt - answer.now <= consentNoticeMs) {
    return { state: 'refresh_required', missingScopes, errorCode: null };
  }
  if (page.state === 'degraded' && page.refreshFails) {
    return { state: 'degraded', missingScopes, errorCode: page.errorCode };
  }
  return { state: 'connected', missingScopes, errorCode: null };
}

function missingOf(page: AnsweringPage, { scopes, byPerson }: Answer): readonly string[] {
  if (!byPerson && page.callRefused) return page.missingScopes;
  const told = scopes ?? (byPerson ? page.scopes : null);
  if (told === null) return byPerson ? [] : page.missingScopes;
  return lackedScopes(page.network, page.grantKind, told);
}

/**
 * Whether a permission stays lost. Reading the page proves nothing about a call that was refused: only a person can say
 * that it would be taken now, or else the page would be repaired and broken again every hour.
 */
function staysRefused(page: AnsweringPage, { scopes, byPerson }: Answer, missing: readonly string[]): boolean {
  if (page.state !== 'refresh_required' || page.errorCode !== 'permission_lost') return false;
  return missing.length > 0 && !(byPerson && scopes === null);
}

/** What a network has just said of a connection, as it is kept with it. */
export function errorOf(code: ConnectionError['code'], words: ProviderWords, now: Date): ConnectionError {
  const { providerStatus, providerCode, providerMessage } = words;
  return { code, providerStatus, providerCode, providerMessage, at: now.toISOString() };
}
