import { generateKeyPairSync } from 'node:crypto';
import type { World } from '../kernel/world.ts';
import { serviceAccount } from './seeds.ts';

interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** The key file of the seeded service account, as Google's console hands it out. A reset makes a new one. */
export function serviceAccountKeyFile(world: World): Record<string, string> {
  const { clientId, clientEmail, keyId } = serviceAccount;
  const publicUrl = world.publicUrl();
  return {
    type: 'service_account',
    project_id: 'mercato-aurora-dev',
    private_key_id: keyId,
    private_key: keyPair(world).privateKey,
    client_email: clientEmail,
    client_id: clientId,
    auth_uri: `${publicUrl}/o/oauth2/auth`,
    token_uri: `${publicUrl}/token`,
    auth_provider_x509_cert_url: `${publicUrl}/oauth2/v1/certs`,
    client_x509_cert_url: `${publicUrl}/robot/v1/metadata/x509/${encodeURIComponent(clientEmail)}`,
    universe_domain: 'googleapis.com',
  };
}

/** What the service account's assertions are checked with. */
export const publicKeyOf = (world: World): string => keyPair(world).publicKey;

/** Made on first use and kept, so that no private key is part of the project. */
function keyPair(world: World): KeyPair {
  const kept = world.store.collection<KeyPair>('service-account-key');
  const known = kept.get(serviceAccount.keyId);
  if (known !== null) return known;
  const made = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  kept.put(serviceAccount.keyId, made);
  return made;
}
