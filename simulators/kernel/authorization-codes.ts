import { createHash, randomBytes } from 'node:crypto';
import type { World } from './world.ts';

/** What a person has allowed an app. */
export interface Consent {
  readonly personId: string;
  readonly scopes: readonly string[];
  /** The pages that were ticked, where the network lets people choose; `null` where it does not. */
  readonly pageIds: readonly string[] | null;
  readonly clientId: string;
  readonly redirectUri: string;
  /** S256; `null`: none was sent. */
  readonly codeChallenge: string | null;
}

interface GivenCode extends Consent {
  /** Epoch milliseconds. */
  readonly givenAt: number;
  readonly usedAt: number | null;
}

/** Why a code brings nothing. Each network has its own words for it. */
export type CodeTrouble = 'unknown' | 'used' | 'expired' | 'other_client' | 'other_redirect' | 'other_verifier';

/** A code that stands for a consent, once. */
export function grantCode(world: World, consent: Consent): string {
  const code = randomBytes(24).toString('base64url');
  codes(world).put(hash(code), { ...consent, givenAt: Date.now(), usedAt: null });
  return code;
}

/** The consent behind a code; a code that is shown a second time is used. */
export function redeemCode(
  world: World,
  sent: {
    readonly code: string;
    readonly clientId: string;
    readonly redirectUri: string | null;
    readonly codeVerifier: string | null;
  },
  lifetimeMs: number,
): Consent | CodeTrouble {
  const given = codes(world).get(hash(sent.code));
  if (given === null) return 'unknown';
  if (given.usedAt !== null) return 'used';
  if (given.clientId !== sent.clientId) return 'other_client';
  if (given.redirectUri !== sent.redirectUri) return 'other_redirect';
  if (given.codeChallenge !== null && given.codeChallenge !== challengeOf(sent.codeVerifier)) return 'other_verifier';
  if (Date.now() - given.givenAt > lifetimeMs) return 'expired';
  codes(world).put(hash(sent.code), { ...given, usedAt: Date.now() });
  return given;
}

const codes = ({ store }: World) => store.collection<GivenCode>('authorization-code');
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const challengeOf = (verifier: string | null): string =>
  createHash('sha256')
    .update(verifier ?? '')
    .digest('base64url');
