import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a person is given who asked that what we know of them goes: it proves the day, and tells nothing else. */
export function deletionReceipt(key: string, now: Date): string {
  const day = now.toISOString().slice(0, 10);
  return `${day}.${proofOf(key, day)}`;
}

/** The day of a receipt that is ours, as `2026-11-29`; `null` for any other. */
export function dayOfReceipt(key: string, receipt: string): string | null {
  const [day = '', proof = ''] = receipt.split('.');
  const [given, expected] = [Buffer.from(proof), Buffer.from(proofOf(key, day))];
  return given.length === expected.length && timingSafeEqual(given, expected) ? day : null;
}

function proofOf(key: string, day: string): string {
  return createHmac('sha256', key).update(`deletion:${day}`).digest('hex').slice(0, 32);
}
