import { createECDH, createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { SeededToken } from '../kernel/tokens.ts';

export interface SeedApp {
  readonly id: string;
  readonly name: string;
  readonly bundleId: string;
}

export interface SeedAppleKey {
  readonly slug: string;
  readonly issuerId: string;
  readonly keyId: string;
  /** PKCS #8, PEM, as Apple's `.p8` file has it. */
  readonly privateKey: string;
  readonly publicKey: KeyObject;
  readonly apps: readonly SeedApp[];
}

const app = (id: number, name: string, bundleId: string): SeedApp => ({ id: String(id), name, bundleId });

export const appleKeys: readonly SeedAppleKey[] = [
  key('aurora', 1, [
    app(1_700_000_001, 'Mercato Aurora: la spesa', 'it.mercatoaurora.spesa'),
    app(1_700_000_002, 'Mercato Aurora: la carta', 'it.mercatoaurora.carta'),
    app(1_700_000_003, 'Mercato Aurora: le ricette', 'it.mercatoaurora.ricette'),
  ]),
  key('lariana', 2, [app(1_700_000_004, 'Banca Lariana', 'it.bancalariana.app')]),
  key('borgoverde', 3, [app(1_700_000_005, 'Borgoverde in tasca', 'it.borgoverde.app')]),
];

/** What the control API can spoil: a key, by its id. */
export const appleTokens: readonly SeededToken[] = appleKeys.map(({ keyId, slug }) => ({
  id: keyId,
  kind: 'key',
  name: slug,
  accessToken: `key ${keyId}`,
}));

/** The same key at every start, so that a development system can be connected again; it is worth nothing elsewhere. */
function key(slug: string, number: number, apps: readonly SeedApp[]): SeedAppleKey {
  const curve = createECDH('prime256v1');
  const secret = createHash('sha256').update(`dev-only-apple-key-${slug}`).digest();
  curve.setPrivateKey(secret);
  const point = curve.getPublicKey();
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    d: secret.toString('base64url'),
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  const privateKey = createPrivateKey({ format: 'jwk', key: jwk });
  return {
    slug,
    issuerId: `70000000-0000-4000-8000-00000000000${number}`,
    keyId: `DEVKEY000${number}`,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: createPublicKey(privateKey),
    apps,
  };
}
