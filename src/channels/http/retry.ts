import type { ExchangeAnswer, ExchangeFailure } from './exchange.ts';

/** How requests that may be repeated are repeated, inside one call; longer waits are the process's. */
export interface RetryPolicy {
  readonly maxTries: number;
  /** The first wait; each further one doubles. */
  readonly baseWaitMs: number;
  readonly maxWaitMs: number;
  /** A network that asks for a longer wait than this gets it from the process, not from a sleeping call. */
  readonly maxRetryAfterMs: number;
  /** From 0 up to 1. */
  readonly random: () => number;
}

export const usualRetryPolicy: RetryPolicy = {
  maxTries: 3,
  baseWaitMs: 250,
  maxWaitMs: 4_000,
  maxRetryAfterMs: 5_000,
  random: Math.random,
};

export type Outcome = { readonly answer: ExchangeAnswer } | { readonly failure: ExchangeFailure };

/** How long to wait before the next try, in milliseconds; `null` if there is to be none. */
export function waitBeforeRetry(policy: RetryPolicy, tries: number, outcome: Outcome, nowMs: number): number | null {
  if (tries >= policy.maxTries) return null;
  if ('failure' in outcome) return passing.has(outcome.failure.reason) ? backoff(policy, tries) : null;
  const { status, headers } = outcome.answer;
  const wishMs = retryAfterMs(headers, nowMs);
  if (wishMs !== null && wishMs > policy.maxRetryAfterMs) return null;
  // A network that counts our calls is not called again before it says when.
  if (status === 429) return wishMs;
  return unavailable.has(status) ? (wishMs ?? backoff(policy, tries)) : null;
}

/** The `Retry-After` header (seconds or a date) in milliseconds from now; `null` without one. */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number | null {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1_000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

const passing: ReadonlySet<string> = new Set(['unreachable', 'connection_lost', 'timed_out']);
const unavailable: ReadonlySet<number> = new Set([502, 503, 504]);

/** Half of the wait is certain, half is jitter, so that many callers do not come back together. */
function backoff(policy: RetryPolicy, tries: number): number {
  const waitMs = Math.min(policy.maxWaitMs, policy.baseWaitMs * 2 ** (tries - 1));
  return waitMs / 2 + (waitMs / 2) * policy.random();
}
