import { createHmac, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA256, in the notation that the network uses. */
export function signatureOf(secret: string, body: Uint8Array | string, as: 'hex' | 'base64' | 'base64url'): string {
  return createHmac('sha256', secret).update(body).digest(as);
}

/** Compares in constant time; what is missing matches nothing. */
export function matches(expected: string, given: string | null | undefined): boolean {
  if (given === null || given === undefined) return false;
  const [ours, theirs] = [Buffer.from(expected), Buffer.from(given)];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}

/** Meta tells when in whole seconds: what happened within the last of them, had happened by its end. Epoch milliseconds. */
export function endOfSecond(epochSeconds: number): number {
  return epochSeconds * 1_000 + 999;
}

/** The body as JSON; `undefined` if it is none. */
export function jsonIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
