import type { SkipReason } from './campaign-message.ts';

/** What became of people of a campaign. Every number counts persons, and each of them once. */
export interface Tally {
  /** Not sent yet: queued, claimed, or on their way out. */
  readonly waiting: number;
  /** Taken by WhatsApp, whatever came after. */
  readonly sent: number;
  /** Of those that were sent: WhatsApp lets them wait, to see first what people make of the template. */
  readonly heldBack: number;
  readonly delivered: number;
  readonly read: number;
  readonly replied: number;
  /** Pressed a quick reply. */
  readonly clicked: number;
  readonly optedOut: number;
  readonly failed: number;
  /** It is not known whether WhatsApp took it. */
  readonly unconfirmed: number;
  readonly skipped: number;
  /** Of what was delivered, which is what WhatsApp charges for. A decimal of six places. */
  readonly cost: string;
  /** Delivered, and in no cost: WhatsApp has not said whether it charges for it, or no price is known. */
  readonly unpriced: number;
}

/** Parts of a whole, from 0 to 1; null: there is no whole yet. */
export interface Rates {
  /** Of those that were sent. */
  readonly delivered: number | null;
  /** Of those that were delivered. */
  readonly read: number | null;
  readonly replied: number | null;
  readonly clicked: number | null;
}

export interface CampaignResult {
  readonly total: Tally;
  readonly variants: Readonly<Record<string, Tally>>;
  /** By the network's code. */
  readonly failures: readonly { readonly code: number | null; readonly count: number }[];
  readonly skips: readonly { readonly reason: SkipReason; readonly count: number }[];
}

export function ratesOf({ sent, delivered, read, replied, clicked }: Tally): Rates {
  const part = (count: number, whole: number) => (whole === 0 ? null : count / whole);
  return {
    delivered: part(delivered, sent),
    read: part(read, delivered),
    replied: part(replied, delivered),
    clicked: part(clicked, delivered),
  };
}

export const buckets = ['minute', 'hour', 'day'] as const;
export type Bucket = (typeof buckets)[number];

/** What happened in one span of time; spans in which nothing did are left out. */
export interface SeriesPoint {
  /** When the span begins, ISO 8601. */
  readonly at: string;
  readonly sent: number;
  readonly delivered: number;
  readonly read: number;
  readonly replied: number;
  readonly failed: number;
}

/** The least time for which a count of the ledger holds. */
const leastAgeMs = 1_000;

/**
 * Whether to count again. Counting a million rows takes a while, so a count holds for nine times as long as it took: never
 * more than a tenth of one connection's time goes into counting, however many people look.
 */
export function isStale(counted: { readonly at: number; readonly tookMs: number }, now: number): boolean {
  return now - counted.at >= Math.max(leastAgeMs, counted.tookMs * 9);
}
