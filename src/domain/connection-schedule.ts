import type { ConnectionState } from './connection.ts';
import type { Network } from './network.ts';

const minuteMs = 60_000;

/** Where in its life a token is renewed: 80 %, a little earlier or later for each, so that they do not come at once. */
const refreshShare = { from: 0.75, to: 0.85 } as const;

/**
 * When a token that lives from `issuedAt` to `expiresAt` is to be renewed. All epoch milliseconds. `draw` is a random
 * number in [0, 1).
 */
export function refreshDueAt(life: { readonly issuedAt: number; readonly expiresAt: number }, draw: number): number {
  const share = refreshShare.from + (refreshShare.to - refreshShare.from) * draw;
  return Math.round(life.issuedAt + Math.max(0, life.expiresAt - life.issuedAt) * share);
}

/** How often a page that works is looked at. */
const usualProbeEveryMs = 60 * minuteMs;

/** Where a look is dear. */
const probeEveryMs: Readonly<Partial<Record<Network, number>>> = {
  // A look costs one of the 10,000 units a day that all channels of an installation share, uploads included.
  youtube: 12 * 60 * minuteMs,
};

/**
 * When a page is looked at next: hourly while it works, where its network allows that; after one minute and then twice as
 * long each time while its network is in trouble; `null` while only a person can mend it. `failures` counts looks in a row
 * that brought nothing.
 */
export function probeDueAt({ network, now, state, failures }: ProbeCase, draw: number): number | null {
  if (state === 'expired' || state === 'disconnected') return null;
  const usualMs = probeEveryMs[network] ?? usualProbeEveryMs;
  const waitMs = state === 'degraded' ? Math.min(usualMs, minuteMs * 2 ** Math.min(failures, 10)) : usualMs;
  return Math.round(now + waitMs * (0.9 + 0.2 * draw));
}

export interface ProbeCase {
  readonly network: Network;
  readonly now: number;
  readonly state: ConnectionState;
  readonly failures: number;
}

/** A network gives another address for the same picture each time, so that nothing tells when there is a new one. */
const pictureEveryMs = 7 * 24 * 60 * minuteMs;

/**
 * Whether a look at `now` is the first of another week of a connection: then its picture is looked for again. Weeks are
 * counted from when it was connected, so that not all pages have theirs at once.
 */
export function beginsWeek({
  connectedAt,
  lastLookAt,
  now,
}: {
  readonly connectedAt: number;
  readonly lastLookAt: number;
  readonly now: number;
}): boolean {
  const weekOf = (instant: number): number => Math.floor((instant - connectedAt) / pictureEveryMs);
  return weekOf(now) > weekOf(lastLookAt);
}

/** When what a network has promised to tell us is asked for again: after half of the promise, daily at most. */
export function watchDueAt({ now, expiresAt }: { readonly now: number; readonly expiresAt: number | null }): number {
  const dayMs = 24 * 60 * minuteMs;
  return expiresAt === null
    ? now + dayMs
    : Math.round(now + Math.min(dayMs, Math.max(minuteMs, (expiresAt - now) / 2)));
}

/** After how many failures in a row a token that cannot be renewed is the connection's trouble, and no hiccup any more. */
export const failuresUntilTrouble = 3;

/** When work that came to nothing is tried again: after one minute, then twice as long each time, up to ten. */
export function retryDueAt(
  { now, failures, atLeastMs }: { readonly now: number; readonly failures: number; readonly atLeastMs: number },
  draw: number,
): number {
  const waitMs = Math.min(10 * minuteMs, minuteMs * 2 ** Math.min(10, Math.max(0, failures - 1)));
  return Math.round(now + Math.max(atLeastMs, waitMs * (0.9 + 0.2 * draw)));
}
