import { createHash, createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { scopesOf } from '../../domain/grant-scopes.ts';
import { type CallOptions, ChannelError } from '../channel.ts';
import { type GoogleDependencies, type GoogleRest, googleRest } from '../google/rest.ts';
import { keyIn } from './key-file.ts';

/** Access tokens made out of keys, kept for as long as they are good, in this process alone. */
export interface KeyTokens {
  /** A token for the key, which may have been made before. */
  of(key: string, options?: CallOptions): Promise<string>;
  /** A new token for the key. */
  mint(key: string, options?: CallOptions): Promise<string>;
}

interface KeptToken {
  readonly accessToken: string;
  /** Epoch milliseconds. */
  readonly goodUntil: number;
}

/** A token is not used in its last minutes: a call takes time, and clocks differ. */
const marginMs = 5 * 60_000;
const maxKept = 1_000;
/** Google takes no assertion that is good for longer than an hour. */
const assertionLifeS = 10 * 60;
/** The audience of assertions, wherever they are sent. */
const audience = 'https://oauth2.googleapis.com/token';

export function keyTokens(dependencies: GoogleDependencies): KeyTokens {
  // By hash, so that no key stays in memory.
  const kept = new Map<string, KeptToken>();

  async function mint(key: string, options: CallOptions = {}): Promise<string> {
    const token = await tokenFor(dependencies, key, options);
    const [oldest] = kept.keys();
    if (kept.size >= maxKept && oldest !== undefined) kept.delete(oldest);
    kept.set(hash(key), token);
    return token.accessToken;
  }

  return {
    mint,
    of: async (key, options) => {
      const known = kept.get(hash(key));
      return known !== undefined && known.goodUntil > dependencies.clock() ? known.accessToken : mint(key, options);
    },
  };
}

/**
 * Calls that are given a key instead of a token. A token that is refused is made anew once: it may have been taken back
 * while the key is still good.
 */
export function keyedRest(rest: GoogleRest, tokens: KeyTokens): GoogleRest {
  return async (call) => {
    if (call.accessToken === null) return rest(call);
    const options = { signal: call.signal };
    try {
      return await rest({ ...call, accessToken: await tokens.of(call.accessToken, options) });
    } catch (error) {
      if (!isLapsed(error)) throw error;
      return rest({ ...call, accessToken: await tokens.mint(call.accessToken, options) });
    }
  };
}

const isLapsed = (error: unknown): boolean =>
  error instanceof ChannelError && error.class === 'refresh_token' && error.grantProblem === 'gone';

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number() });

/** Exchanges an assertion that is signed with the key for an access token (RFC 7523). */
async function tokenFor(dependencies: GoogleDependencies, key: string, options: CallOptions): Promise<KeptToken> {
  const now = dependencies.clock();
  const token = await googleRest(
    'google_play',
    dependencies,
  )({
    method: 'POST',
    target: { base: 'token', path: '/token' },
    body: {
      form: {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: await assertionOf(key, Math.floor(now / 1_000)),
      },
    },
    accessToken: null,
    repeat: 'harmless',
    signal: options.signal,
    answer: tokenAnswer,
  });
  return { accessToken: token.access_token, goodUntil: now + token.expires_in * 1_000 - marginMs };
}

function assertionOf(text: string, nowS: number): Promise<string> {
  const key = keyIn(text);
  const scope = scopesOf('google_play', 'service_account')
    .map((use) => use.scope)
    .join(' ');
  return new SignJWT({ scope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: key.private_key_id })
    .setIssuer(key.client_email)
    .setAudience(audience)
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + assertionLifeS)
    .sign(createPrivateKey(key.private_key));
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
