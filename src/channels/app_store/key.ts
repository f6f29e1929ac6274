import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { ChannelError } from '../channel.ts';
import type { Credentials } from '../connector.ts';

/** A key of App Store Connect. As a grant it travels as JSON: tokens are made from it for each call. */
export interface AppStoreKey {
  readonly issuerId: string;
  readonly keyId: string;
  /** PKCS #8, PEM. */
  readonly privateKey: string;
}

const storedKey = z.object({ issuerId: z.string(), keyId: z.string(), privateKey: z.string() });

/** Apple takes tokens that live for at most 20 minutes. */
const tokenLifetimeS = 10 * 60;

/**
 * The key that a person typed and uploaded, if it can be one.
 *
 * @throws {ChannelError} `disconnected` if it cannot.
 */
export function keyFrom(credentials: Credentials): AppStoreKey {
  if (credentials.kind !== 'api_key') {
    throw new ChannelError('app_store takes a key of App Store Connect.', { class: 'unknown', mayHaveActed: false });
  }
  const { issuerId, keyId, privateKey } = credentials;
  signingKey(privateKey);
  return { issuerId, keyId, privateKey };
}

/** The key as it is kept in a grant. */
export const asGrantText = (key: AppStoreKey): string => JSON.stringify(key);

/** The key of a grant. */
export function keyOfGrant(accessToken: string): AppStoreKey {
  return storedKey.parse(JSON.parse(accessToken));
}

/** A token for one call. Source: developer.apple.com, "Generating Tokens for API Requests". */
export function tokenFor({ issuerId, keyId, privateKey }: AppStoreKey, nowMs: number): Promise<string> {
  const issuedAt = Math.floor(nowMs / 1_000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: keyId, typ: 'JWT' })
    .setIssuer(issuerId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + tokenLifetimeS)
    .setAudience('appstoreconnect-v1')
    .sign(signingKey(privateKey));
}

function signingKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // Its own words may repeat the key.
  }
  throw new ChannelError('app_store: the file is no private key of App Store Connect (P-256, PKCS #8).', {
    class: 'disconnected',
    mayHaveActed: false,
    grantProblem: 'gone',
  });
}
