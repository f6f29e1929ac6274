import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** What a sealed value belongs to; bound to it as additional data, so that it opens nowhere else. */
export interface SealContext {
  readonly tenantId: string;
  readonly table: string;
  readonly row: string;
}

/** A 32-byte key with the version that its sealed values name. */
export interface SealKey {
  readonly version: number;
  readonly bytes: Buffer;
}

const ivBytes = 12;
const tagBytes = 16;

/** Seals text with AES-256-GCM. The result is `v{key version}.{base64url of iv, tag, ciphertext}`. */
export function seal(key: SealKey, context: SealContext, text: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, iv).setAAD(additionalData(context));
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `v${key.version}.${Buffer.concat([iv, cipher.getAuthTag(), ciphertext]).toString('base64url')}`;
}

/** Opens what `seal` made. Throws if the key, the context or a single bit differs. */
export function unseal(key: SealKey, context: SealContext, sealed: string): string {
  const prefix = `v${key.version}.`;
  if (!sealed.startsWith(prefix)) throw new Error(`sealed with ${sealVersion(sealed)}, not with key ${key.version}`);
  const bytes = Buffer.from(sealed.slice(prefix.length), 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, ivBytes))
    .setAAD(additionalData(context))
    .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  return decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
}

/** The version of the key that sealed a value. */
export function sealVersion(sealed: string): number {
  return Number(/^v(\d+)\./.exec(sealed)?.[1] ?? Number.NaN);
}

function additionalData({ tenantId, table, row }: SealContext): Buffer {
  return Buffer.from(JSON.stringify([tenantId, table, row]));
}
