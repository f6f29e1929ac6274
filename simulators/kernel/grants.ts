import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Consent } from './authorization-codes.ts';
import type { TokenTrouble } from './tokens.ts';
import type { World } from './world.ts';

/** A consent that lives on in tokens. */
export interface LivingGrant extends Pick<Consent, 'personId' | 'scopes' | 'pageIds'> {
  readonly id: string;
  readonly clientId: string;
  readonly revokedAt: number | null;
}

interface GrantToken {
  readonly grantId: string;
  readonly kind: 'access' | 'refresh';
  readonly issuedAt: number;
  /** Epoch milliseconds; `null`: it does not expire. */
  readonly expiresAt: number | null;
  /** Of a refresh token that is good for one use: when it was used. */
  readonly spentAt: number | null;
}

export interface TokenLifetimes {
  readonly accessMs: number;
  /** `null`: the network gives no refresh token. */
  readonly refreshMs: number | null;
}

export interface TokenPair {
  readonly grant: LivingGrant;
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly accessMs: number;
  readonly refreshMs: number | null;
}

/** Whoever a token stands for, or what is wrong with it. `reused`: a refresh token that was good for one use. */
export type Standing =
  | { readonly state: 'honoured'; readonly grant: LivingGrant }
  | { readonly state: 'unknown' | 'expired' | 'revoked' | 'reused'; readonly grant: LivingGrant | null }
  | { readonly state: Exclude<TokenTrouble, 'revoked' | 'expired'>; readonly grant: LivingGrant };

/** Opens a grant for a consent and hands out its first tokens. `prefix` is how the network's tokens begin. */
export function openGrant(world: World, consent: Consent, lifetimes: TokenLifetimes, prefix: string): TokenPair {
  const { personId, scopes, pageIds, clientId } = consent;
  const grant: LivingGrant = { id: randomUUID(), personId, scopes, pageIds, clientId, revokedAt: null };
  grants(world).put(grant.id, grant);
  return handOut(world, grant, lifetimes, prefix);
}

/**
 * New tokens for a refresh token. Where the network rotates, the old one is spent: shown again it ends the whole grant,
 * since either of the two that had it has stolen it (RFC 9700, 4.14.2). `beside`: a new one comes, and the old one stays.
 */
export function renewGrant(
  world: World,
  refreshToken: string,
  { rotates, lifetimes, prefix }: { rotates: boolean | 'beside'; lifetimes: TokenLifetimes; prefix: string },
): TokenPair | Standing {
  const found = tokens(world).get(hash(refreshToken));
  const standing = standingOf(world, refreshToken, 'refresh');
  if (found !== null && found.spentAt !== null) {
    revokeGrant(world, found.grantId);
    return { state: 'reused', grant: grants(world).get(found.grantId) };
  }
  if (standing.state !== 'honoured' || found === null) return standing;
  if (rotates === false)
    return { ...handOut(world, standing.grant, { ...lifetimes, refreshMs: null }, prefix), refreshToken };
  if (rotates !== 'beside') tokens(world).put(hash(refreshToken), { ...found, spentAt: Date.now() });
  return handOut(world, standing.grant, lifetimes, prefix);
}

/** Another access token of a grant that lives. */
export function addToken(world: World, grant: LivingGrant, accessMs: number, prefix: string): TokenPair {
  return handOut(world, grant, { accessMs, refreshMs: null }, prefix);
}

/** Whether the network honours a token, and for whom. A grant's troubles are set by its person's id. */
export function standingOf(world: World, token: string, kind: GrantToken['kind'] = 'access'): Standing {
  const found = tokens(world).get(hash(token));
  const grant = found === null ? null : grants(world).get(found.grantId);
  if (found === null || grant === null || found.kind !== kind) return { state: 'unknown', grant: null };
  if (grant.revokedAt !== null) return { state: 'revoked', grant };
  const { issuedAt, expiresAt } = found;
  // An access token that has expired is what a refresh token is for.
  const trouble = world.tokens.trouble({ id: grant.personId, issuedAt, expiresAt });
  if (trouble === null || (trouble === 'expired' && kind === 'refresh' && !isPast(expiresAt))) {
    return { state: 'honoured', grant: withoutWithdrawn(world, grant) };
  }
  return { state: trouble, grant };
}

/** Ends a grant with all of its tokens. */
export function revokeGrant(world: World, grantId: string): void {
  const grant = grants(world).get(grantId);
  if (grant !== null) grants(world).put(grantId, { ...grant, revokedAt: grant.revokedAt ?? Date.now() });
}

/** From when to when a token is good, whatever became of its grant; `null` if there is no such token. */
export function lifeOf(
  world: World,
  token: string,
): { readonly issuedAt: number; readonly expiresAt: number | null } | null {
  return tokens(world).get(hash(token));
}

/**
 * Ends the token that an app gives back: a refresh token with its whole grant, an access token alone (RFC 7009, 2.1).
 * False if there is no such token.
 */
export function revokeToken(world: World, token: string): boolean {
  const found = tokens(world).get(hash(token));
  if (found === null) return false;
  if (found.kind === 'refresh') revokeGrant(world, found.grantId);
  else tokens(world).remove(hash(token));
  return true;
}

/** All that a person has granted an app. */
export function grantsOf(world: World, personId: string): readonly LivingGrant[] {
  return grants(world)
    .values()
    .filter((grant) => grant.personId === personId && grant.revokedAt === null);
}

/** A person takes single permissions back; an empty list gives all of them again. */
export function withdrawScopes(world: World, personId: string, scopes: readonly string[]): void {
  withdrawn(world).put(personId, { scopes });
}

/** The permissions that a person has taken back. */
export function withdrawnScopes(world: World, personId: string): readonly string[] {
  return withdrawn(world).get(personId)?.scopes ?? [];
}

/** A grant by its id, whatever became of it. */
export function grantOf(world: World, grantId: string): LivingGrant | null {
  const grant = grants(world).get(grantId);
  return grant === null ? null : withoutWithdrawn(world, grant);
}

function withoutWithdrawn(world: World, grant: LivingGrant): LivingGrant {
  const gone = withdrawnScopes(world, grant.personId);
  return { ...grant, scopes: grant.scopes.filter((scope) => !gone.includes(scope)) };
}

function handOut(world: World, grant: LivingGrant, lifetimes: TokenLifetimes, prefix: string): TokenPair {
  const { accessTokenLifetimeMs, refreshTokenLifetimeMs } = world.settings.current();
  const accessMs = accessTokenLifetimeMs ?? lifetimes.accessMs;
  const refreshMs = lifetimes.refreshMs === null ? null : (refreshTokenLifetimeMs ?? lifetimes.refreshMs);
  const give = (kind: GrantToken['kind'], lifetimeMs: number): string => {
    const token = `${prefix}${kind === 'access' ? 'a' : 'r'}-${randomBytes(24).toString('base64url')}`;
    const issuedAt = Date.now();
    const expiresAt = issuedAt + lifetimeMs;
    tokens(world).put(hash(token), { grantId: grant.id, kind, issuedAt, expiresAt, spentAt: null });
    return token;
  };
  const refreshToken = refreshMs === null ? null : give('refresh', refreshMs);
  return { grant, accessToken: give('access', accessMs), refreshToken, accessMs, refreshMs };
}

const isPast = (instant: number | null): boolean => instant !== null && instant <= Date.now();
const grants = ({ store }: World) => store.collection<LivingGrant>('grant');
const tokens = ({ store }: World) => store.collection<GrantToken>('grant-token');
const withdrawn = ({ store }: World) => store.collection<{ readonly scopes: readonly string[] }>('withdrawn-scopes');
const hash = (token: string): string => createHash('sha256').update(token).digest('hex');
