import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { type CallOptions, ChannelError } from '../channel.ts';
import type { AdminProfile, Credentials, Grant } from '../connector.ts';
import type { KeyTokens } from './key-tokens.ts';

/** What we need of a key file. It names addresses too, which are not followed: ours are configured. */
const keyFile = z.object({
  type: z.literal('service_account'),
  /** The account's number, never given again. */
  client_id: z.string().regex(/^\d{1,30}$/),
  client_email: z.email().max(320),
  private_key_id: z.string().min(1).max(200),
  private_key: z.string().max(10_000).refine(isRsaKey),
});

export type ServiceAccountKey = z.infer<typeof keyFile>;

/** Far more than any key file has. */
const maxChars = 20_000;

/** Takes a key file, once Google has given a token for it. What is kept holds nothing that is not needed. */
export async function admitKey(tokens: KeyTokens, credentials: Credentials, options: CallOptions = {}): Promise<Grant> {
  if (credentials.kind !== 'service_account') throw noKeyFile();
  const accessToken = JSON.stringify(keyIn(credentials.keyFile));
  await tokens.mint(accessToken, options);
  return { accessToken, refreshToken: null, expiresAt: null, consentExpiresAt: null, scopes: null };
}

/** The key in the text of a file. */
export function keyIn(text: string): ServiceAccountKey {
  const key = text.length > maxChars ? null : keyFile.safeParse(parsed(text));
  if (key === null || !key.success) throw noKeyFile();
  return key.data;
}

/** The service account as the one who granted. */
export function profileOfKey(text: string): AdminProfile {
  const key = keyIn(text);
  return { externalId: key.client_id, name: key.client_email, pictureUrl: null };
}

function noKeyFile(): ChannelError {
  return new ChannelError('google_play cannot be connected: this is not the key file of a service account.', {
    class: 'unknown',
    mayHaveActed: false,
  });
}

function isRsaKey(pem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048;
  } catch (error) {
    // Node tells "not a key" only by throwing.
    if (error instanceof Error) return false;
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
