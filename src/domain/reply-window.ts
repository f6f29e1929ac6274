import type { Instant } from './ids.ts';

/** For how long WhatsApp lets anything be answered to somebody who has written. Afterwards only templates go out. */
export const replyWindowMs = 24 * 3_600_000;

/** When the window closes that somebody's last message opened; null if it is closed. */
export function windowClosesAt(lastInboundAt: Instant | null, now: Instant): Instant | null {
  if (lastInboundAt === null) return null;
  const closesAt = lastInboundAt + replyWindowMs;
  return closesAt > now ? closesAt : null;
}
