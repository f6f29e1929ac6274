import { createHash, randomBytes } from 'node:crypto';
import type { AuthorizationId, TenantId } from '../../domain/ids.ts';

/** What a state says and proves once a network has repeated it to us. */
export interface ReturnedState {
  readonly tenantId: TenantId;
  readonly authorizationId: AuthorizationId;
  /** sha256, in hex: all that is stored of it. */
  readonly hash: string;
}

const uuidBytes = 16;
const randomPartBytes = 32;
const stateBytes = 2 * uuidBytes + randomPartBytes;
const statePattern = /^[\w-]{86}$/;

/** What a network repeats to us when a person comes back: whose it is, and a secret that only we have given it. */
export function newState(tenantId: TenantId, authorizationId: AuthorizationId): { state: string; hash: string } {
  const bytes = Buffer.concat([uuidToBytes(tenantId), uuidToBytes(authorizationId), randomBytes(randomPartBytes)]);
  const state = bytes.toString('base64url');
  return { state, hash: sha256(state, 'hex') };
}

/** A state as it came back; null for what we cannot have made. */
export function readState(state: string): ReturnedState | null {
  if (!statePattern.test(state)) return null;
  const bytes = Buffer.from(state, 'base64url');
  // The last character holds bits that say nothing: only one spelling is ours.
  if (bytes.length !== stateBytes || bytes.toString('base64url') !== state) return null;
  return {
    tenantId: bytesToUuid(bytes.subarray(0, uuidBytes)) as TenantId,
    authorizationId: bytesToUuid(bytes.subarray(uuidBytes, 2 * uuidBytes)) as AuthorizationId,
    hash: sha256(state, 'hex'),
  };
}

/** A code verifier (RFC 7636): 43 characters, 256 bits. */
export function newCodeVerifier(): string {
  return randomBytes(32).toString('base64url');
}

/** Its challenge, by S256. */
export function codeChallenge(verifier: string): string {
  return sha256(verifier, 'base64url');
}

function sha256(text: string, encoding: 'hex' | 'base64url'): string {
  return createHash('sha256').update(text).digest(encoding);
}

function uuidToBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function bytesToUuid(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
