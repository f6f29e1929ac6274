import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';

/** The longest delay that a Node timer takes. */
const maxTimerMs = 2 ** 31 - 1;

/** Waits for an instant by the injected clock; never ends before it, whatever the timers' grain. */
export async function waitUntil(instant: number, clock: Clock, signal: AbortSignal): Promise<'reached' | 'aborted'> {
  for (;;) {
    if (signal.aborted) return 'aborted';
    const leftMs = instant - clock();
    if (leftMs <= 0) return 'reached';
    try {
      await sleep(Math.min(leftMs, maxTimerMs), undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

const firstPauseMs = 250;
const longestPauseMs = 5_000;

/**
 * Repeats work on our own database until it succeeds. For what must not be forgotten and exists nowhere else yet: the
 * answer of a network. If the process dies meanwhile, the heartbeat stops and the attempt counts as unconfirmed.
 */
export async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await sleep(pauseMs);
    }
  }
}

/** Postgres is away, shutting down, or two transactions got in each other's way: classes 08, 40, 53, 57, or no answer. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code: unknown = 'code' in error ? error.code : undefined;
  if (typeof code !== 'string') return /terminat|timeout|connect/i.test(error.message);
  return /^(08|40|53|57)/.test(code) || /^E[A-Z]+$/.test(code);
}
