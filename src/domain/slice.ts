import type { DutyKind } from './connection.ts';
import type { Instant } from './ids.ts';

/** What an endless process that works off duties is started with. */
export interface SliceInput {
  readonly v: 1;
  readonly kind: DutyKind;
  /** Which of the processes of this kind, from 0: they share the work, whoever comes first. */
  readonly n: number;
}

/** What a slice has worked off, and when the next duty can be taken up; `null`: none is known. */
export interface SliceResult {
  readonly worked: number;
  readonly failed: number;
  readonly nextDueAt: Instant | null;
}

/** Duties may be set for any instant at any time: nobody sleeps longer than this. */
const longestSleepMs = 60_000;
const shortestSleepMs = 1_000;

/** For how long there is nothing to do, after a slice. */
export function sleepAfter({ nextDueAt }: SliceResult, now: Instant): number {
  const leftMs = nextDueAt === null ? longestSleepMs : nextDueAt - now;
  return Math.min(longestSleepMs, Math.max(shortestSleepMs, leftMs));
}

export const sliceWorkflowId = (kind: DutyKind, n: number): string => `system/${kind}/${n}`;
