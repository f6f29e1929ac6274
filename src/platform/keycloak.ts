import { createHash } from 'node:crypto';
import Keycloak from 'keycloak-connect';
import { z } from 'zod';
import type { Clock } from './clock.ts';

/** What a valid access token says. */
export interface VerifiedToken {
  readonly subject: string;
  /** The organizations that the holder belongs to, in the order of the claim. */
  readonly tenants: readonly { readonly slug: string; readonly id: string }[];
  readonly realmRoles: readonly string[];
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Why a token is not believed. `message` is one sentence without anything from the token. */
export class TokenRejected extends Error {
  override readonly name = 'TokenRejected';
}

/** The keys of the realm cannot be had, so nothing can be said of any token. */
export class IdentityProviderUnreachable extends Error {
  override readonly name = 'IdentityProviderUnreachable';
}

export interface TokenVerifier {
  /** Throws TokenRejected or IdentityProviderUnreachable. */
  verify(token: string): Promise<VerifiedToken>;
  /** Fetches the realm's keys. Throws IdentityProviderUnreachable. */
  checkKeys(): Promise<void>;
}

export interface KeycloakSettings {
  /** The issuer, exactly as it stands in the tokens. */
  readonly realmUrl: string;
  /** Where this process reaches the realm. */
  readonly internalUrl: string;
  /** The audience that tokens must carry. */
  readonly clientId: string;
  readonly clock: Clock;
}

/**
 * Verifies access tokens with `keycloak-connect`. Upstream calls that package deprecated: this is the only file that
 * knows it, and whatever replaces it (`jose`) has to provide `verify` and `checkKeys`.
 *
 * A token that was found valid is believed for a few seconds without its signature being checked again; its expiry
 * is checked every time, so that nothing is believed longer than it would be anyway.
 */
export function createTokenVerifier(settings: KeycloakSettings): TokenVerifier {
  const { clock } = settings;
  const keys = keySource(`${settings.internalUrl}/protocol/openid-connect/certs`);
  const check = signatureCheck(settings, keys);
  const believed = new Map<string, { token: VerifiedToken; until: number }>();

  return {
    verify: async (token) => {
      if (token.length > maxTokenLength) throw new TokenRejected('The token is too long.');
      const digest = createHash('sha256').update(token).digest('base64');
      const known = believed.get(digest);
      const now = clock();
      if (known !== undefined && now < known.until && now < known.token.expiresAt) return known.token;
      const verified = claimsOf(await check(token), now);
      if (believed.size >= maxBelieved) believed.clear();
      believed.set(digest, { token: verified, until: now + believeMs });
      return verified;
    },
    checkKeys: async () => {
      await keys.fetch();
    },
  };
}

const maxTokenLength = 16_384;
const believeMs = 10_000;
const maxBelieved = 10_000;
const keyFetchTimeoutMs = 3_000;
const keyRefetchAfterS = 10;
const clockSkewMs = 5_000;

type SignatureCheck = (token: string) => Promise<unknown>;

/** Returns the content of a token with a good signature, issuer, audience, type and expiry. */
function signatureCheck({ realmUrl, clientId }: KeycloakSettings, keys: KeySource): SignatureCheck {
  const { manager, rotation } = grantManagerFor(realmUrl, clientId);
  // The library's own fetch has no time-out, cannot reach the realm under a second address, and an answer that is not
  // JSON would end the process.
  rotation.retrieveJWKs = keys.fetch;
  const findKey = rotation.getJWK.bind(rotation);
  // Asked again too soon, the library answers nothing and writes to standard error, as often as somebody forges tokens.
  rotation.getJWK = (kid) =>
    rotation.jwks.some((key) => key.kid === kid) || Date.now() / 1_000 > rotation.lastTimeRequesTime + keyRefetchAfterS
      ? findKey(kid)
      : Promise.reject(new Error('unknown key'));
  return async (token) => {
    try {
      const grant = await manager.createGrant({ access_token: token });
      return grant.access_token.content;
    } catch (error) {
      if (rotation.jwks.length === 0 && keys.failure() !== null) {
        throw new IdentityProviderUnreachable('the keys of the realm cannot be fetched', { cause: keys.failure() });
      }
      throw new TokenRejected(reasonOf(error));
    }
  };
}

/** What we use of the library; its own types leave these out. */
interface GrantManager {
  createGrant(grant: { access_token: string }): Promise<{ access_token: { content: unknown } }>;
}
interface Rotation {
  jwks: readonly RealmKey[];
  /** Seconds since the epoch; spelled like this. */
  readonly lastTimeRequesTime: number;
  retrieveJWKs: () => Promise<unknown>;
  getJWK(kid: unknown): Promise<string>;
}

/** Without `verify-token-audience` the library accepts tokens made for other clients; its types do not know it. */
function grantManagerFor(realmUrl: string, clientId: string): { manager: GrantManager; rotation: Rotation } {
  const at = realmUrl.lastIndexOf('/realms/');
  if (at < 0) throw new Error('the address of a realm ends in /realms/<name>');
  const config = {
    realm: realmUrl.slice(at + '/realms/'.length),
    'auth-server-url': realmUrl.slice(0, at),
    'ssl-required': 'external',
    resource: clientId,
    'confidential-port': 0,
    'bearer-only': true,
    'verify-token-audience': true,
    'min-time-between-jwks-requests': keyRefetchAfterS,
  };
  const { grantManager } = new Keycloak({}, config);
  const manager = grantManager as unknown as GrantManager & { rotation: Rotation };
  return { manager, rotation: manager.rotation };
}

interface KeySource {
  fetch(): Promise<{ keys: readonly RealmKey[] }>;
  /** Why the last fetch failed; null if it did not. */
  failure(): Error | null;
}

const jwks = z.object({ keys: z.array(z.looseObject({ kid: z.string().optional() })) });
type RealmKey = z.output<typeof jwks>['keys'][number];

/** Fetches the realm's keys; requests that come while one is under way share it. */
function keySource(url: string): KeySource {
  let underWay: Promise<{ keys: readonly RealmKey[] }> | null = null;
  let failure: Error | null = null;
  const load = async () => {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(keyFetchTimeoutMs) });
      if (!response.ok) throw new Error(`the realm answered ${response.status}`);
      const keys = jwks.parse(await response.json());
      failure = null;
      return keys;
    } catch (error) {
      failure = new IdentityProviderUnreachable('the keys of the realm cannot be fetched', { cause: error });
      throw failure;
    } finally {
      underWay = null;
    }
  };
  return { fetch: () => (underWay ??= load()), failure: () => failure };
}

const reasons: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/expired/, 'The token is malformed or has expired.'],
  [/wrong ISS/, 'The token was issued by somebody else.'],
  [/wrong audience/, 'The token is meant for another audience.'],
  [/wrong type/, 'The token is not an access token.'],
  [/signature/, 'The signature of the token is wrong.'],
];

/** The library tells its reasons in the text of its errors only; some of those repeat what the caller sent. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  return reasons.find(([pattern]) => pattern.test(message))?.[1] ?? 'The token cannot be verified.';
}

const organization = z.object({ id: z.string() });
const claims = z.object({
  sub: z.string().min(1),
  exp: z.number(),
  nbf: z.number().optional(),
  tenants: z.union([z.record(z.string(), organization), z.array(z.record(z.string(), organization))]).optional(),
  realm_access: z.object({ roles: z.array(z.string()) }).optional(),
});

/** The library lets a token without `exp` pass and does not look at `nbf`. */
function claimsOf(content: unknown, now: number): VerifiedToken {
  const parsed = claims.safeParse(content);
  if (!parsed.success) throw new TokenRejected('The token lacks a claim or has one of the wrong shape.');
  const { sub, exp, nbf, tenants, realm_access } = parsed.data;
  if (exp * 1_000 <= now) throw new TokenRejected('The token has expired.');
  if (nbf !== undefined && nbf * 1_000 > now + clockSkewMs) throw new TokenRejected('The token is not valid yet.');
  const memberships = tenants === undefined ? [] : Array.isArray(tenants) ? tenants : [tenants];
  return {
    subject: sub,
    tenants: memberships.flatMap((membership) => Object.entries(membership).map(([slug, { id }]) => ({ slug, id }))),
    realmRoles: realm_access?.roles ?? [],
    expiresAt: exp * 1_000,
  };
}
