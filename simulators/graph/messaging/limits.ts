import { graphError } from '../errors.ts';
import type { MessagingSettings } from './settings.ts';
import type { Windows } from './windows.ts';

/** What WhatsApp counts to limit who sends how much. In memory: a restart forgives everything. */
export interface Limits {
  /** Refuses a message that is too many; notes it if it is not. */
  admit(message: Admission, settings: MessagingSettings): void;
  /** A message that came in counts for the number's throughput. */
  noteInbound(phoneId: string, now: number): void;
}

export interface Admission {
  readonly phoneId: string;
  readonly portfolioId: string;
  readonly person: string;
  readonly isTemplate: boolean;
  readonly now: number;
}

const dayMs = 24 * 3_600_000;
const perSecond = { STANDARD: 80, HIGH: 1_000 } as const;
const tiers = {
  TIER_250: 250,
  TIER_2K: 2_000,
  TIER_10K: 10_000,
  TIER_100K: 100_000,
  TIER_UNLIMITED: Infinity,
} as const;

/** Limits by number and second, by pair, by portfolio and day, and by person and day. */
export function openLimits(windows: Windows): Limits {
  const seconds = new Map<string, { second: number; count: number }>();
  const pairs = new Map<string, number>();
  const reach = new Map<string, Map<string, number>>();
  const marketing = new Map<string, { since: number; count: number }>();

  function countSecond(phoneId: string, now: number): number {
    const second = Math.floor(now / 1_000);
    const entry = seconds.get(phoneId);
    const count = entry?.second === second ? entry.count + 1 : 1;
    seconds.set(phoneId, { second, count });
    return count;
  }

  function admitPair({ phoneId, person, now }: Admission, { pairEveryMs, pairBurst }: MessagingSettings): void {
    if (pairEveryMs === 0) return;
    // Each message costs its interval; a burst may be owed.
    const key = `${phoneId}/${person}`;
    const paidAt = Math.max(now, pairs.get(key) ?? 0);
    if (paidAt - now > (pairBurst - 1) * pairEveryMs) throw whatsappError(131_056, 'Pair rate limit hit', pairDetails);
    pairs.set(key, paidAt + pairEveryMs);
  }

  function admitReach({ phoneId, portfolioId, person, now }: Admission, { tier }: MessagingSettings): void {
    if (windows.isOpen(phoneId, person, now)) return;
    const reached = reach.get(portfolioId) ?? new Map<string, number>();
    reach.set(portfolioId, reached);
    const last = reached.get(person);
    if (last !== undefined && last > now - dayMs) return;
    if (reached.size >= tiers[tier]) {
      for (const [one, at] of reached) if (at <= now - dayMs) reached.delete(one);
      if (reached.size >= tiers[tier]) throw whatsappError(131_048, 'Spam rate limit hit', tierDetails);
    }
    reached.set(person, now);
  }

  function admitMarketing({ person, isTemplate, now }: Admission, { marketingPerDay }: MessagingSettings): void {
    if (marketingPerDay === null || !isTemplate) return;
    const entry = marketing.get(person);
    const current = entry !== undefined && entry.since > now - dayMs ? entry : { since: now, count: 0 };
    if (current.count >= marketingPerDay) throw whatsappError(131_049, unhealthy, unhealthy);
    marketing.set(person, { ...current, count: current.count + 1 });
  }

  return {
    admit(message, settings) {
      const { phoneId, now } = message;
      const most = settings.perSecond ?? perSecond[settings.throughput];
      if (countSecond(phoneId, now) > most) throw whatsappError(130_429, 'Rate limit hit', rateDetails);
      admitMarketing(message, settings);
      admitReach(message, settings);
      admitPair(message, settings);
    },
    noteInbound: (phoneId, now) => void countSecond(phoneId, now),
  };
}

const rateDetails =
  'Message failed to send because there were too many messages sent from this phone number in a short period of time.';
const pairDetails =
  'Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time.';
const tierDetails =
  'Message failed to send because there are restrictions on how many messages can be sent from this phone number.';
const unhealthy = 'This message was not delivered to maintain healthy ecosystem engagement.';

const statuses: ReadonlyMap<number, number> = new Map([
  [130_429, 429],
  [132_001, 404],
]);

/** A refusal of the Cloud API: Graph's own shape with what is wrong in `error_data.details`. */
export function whatsappError(code: number, title: string, details: string) {
  const refused = graphError({ status: statuses.get(code) ?? 400, code, message: `(#${code}) ${title}` });
  const { error } = refused.answer.body as { error: object };
  return Object.assign(refused, {
    answer: {
      ...refused.answer,
      body: { error: { ...error, error_data: { messaging_product: 'whatsapp', details } } },
    },
  });
}
