import { createHash } from 'node:crypto';
import type { Store } from './store.ts';

/** Why a network no longer honours a token. */
export const tokenTroubles = ['revoked', 'expired', 'password_changed', 'role_lost', 'permission_missing'] as const;

export type TokenTrouble = (typeof tokenTroubles)[number];

/** A token that the simulator knows from the seed. `id` names the grant: the page's external id, or the person's. */
export interface SeededToken {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly accessToken: string;
}

export interface KnownToken {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  /** Epoch milliseconds; `null` for a token that does not expire. */
  readonly expiresAt: number | null;
}

export interface TokenState extends Omit<SeededToken, 'accessToken'> {
  /** `null` while the network honours it. */
  readonly trouble: TokenTrouble | null;
  /** Epoch milliseconds since when. */
  readonly since: number | null;
}

export interface Tokens {
  /** Whose token `accessToken` is, or `null` if nobody's. */
  find(accessToken: string): KnownToken | null;
  /** What is wrong with a known token at this instant, or `null`. */
  trouble(token: KnownToken): TokenTrouble | null;
  /** Lets a token that was handed out later act for the grant `id`. Only its hash is kept. */
  issue(id: string, accessToken: string, expiresAt: number | null): void;
  /** `false` if there is no such grant. */
  spoil(id: string, trouble: TokenTrouble): boolean;
  restore(id: string): boolean;
  list(): TokenState[];
}

interface Spoilt {
  readonly trouble: TokenTrouble;
  readonly since: number;
}

export function openTokens(store: Store, seeds: readonly SeededToken[]): Tokens {
  const spoilt = store.collection<Spoilt>('token-trouble');
  const issued = store.collection<KnownToken>('token-issued');
  const seeded = new Map(seeds.map(({ id, accessToken }) => [accessToken, { id, issuedAt: 0, expiresAt: null }]));
  const known = new Set(seeds.map(({ id }) => id));

  return {
    find: (accessToken) => seeded.get(accessToken) ?? issued.get(hash(accessToken)),
    trouble: ({ id, issuedAt, expiresAt }) => {
      const found = spoilt.get(id);
      // A new token, from a refresh or a new consent, is not the one that had expired or was taken back.
      if (found !== null && !(endings.has(found.trouble) && issuedAt > found.since)) return found.trouble;
      return expiresAt !== null && expiresAt <= Date.now() ? 'expired' : null;
    },
    issue: (id, accessToken, expiresAt) => issued.put(hash(accessToken), { id, issuedAt: Date.now(), expiresAt }),
    spoil: (id, trouble) => {
      if (known.has(id)) spoilt.put(id, { trouble, since: Date.now() });
      return known.has(id);
    },
    restore: (id) => {
      if (spoilt.get(id) !== null) spoilt.remove(id);
      return known.has(id);
    },
    list: () =>
      seeds.map(({ id, kind, name }) => ({
        id,
        kind,
        name,
        trouble: spoilt.get(id)?.trouble ?? null,
        since: spoilt.get(id)?.since ?? null,
      })),
  };
}

/** What befalls tokens; the rest befalls people and pages. */
const endings: ReadonlySet<TokenTrouble> = new Set(['expired', 'revoked', 'password_changed']);

const hash = (token: string): string => createHash('sha256').update(token).digest('hex');
