import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { readControl } from '../db/campaign-control.ts';
import { isFrozen } from '../db/campaign-freeze.ts';
import {
  type Claim,
  claimMessages,
  type ClaimedMessage,
  giveBack,
  hasQueued,
  markSending,
  settleMessages,
  skipClaimed,
} from '../db/campaign-ledger.ts';
import { readNumbers } from '../db/campaign-numbers.ts';
import { readSendingPlan, type SendingPlan, type SendingVariant } from '../db/campaign-sending.ts';
import { takeCostRoom } from '../db/campaign-spend.ts';
import { lockQuota } from '../db/campaign-usage.ts';
import { reserveReach } from '../db/portfolio-reach.ts';
import type { Database } from '../db/schema.ts';
import { takeBlock } from '../db/sender-bucket.ts';
import { type TenantTransaction, withTenant } from '../db/tenant.ts';
import { monthOf } from '../domain/campaign-month.ts';
import type { PauseReason } from '../domain/campaign.ts';
import type { ConnectionId, Instant } from '../domain/ids.ts';
import { afterQuietHours, recipientZone } from '../domain/quiet-hours.ts';
import type { Caller, Consequences } from './campaign-call.ts';
import type { SendDesk } from './campaign-sending.ts';
import { persistently } from './waiting.ts';

export interface DeskDependencies {
  readonly db: Kysely<Database>;
  readonly clock: () => number;
  readonly claim: Claim;
  readonly connectionId: ConnectionId;
  readonly caller: Caller;
  /** Whose reach is used up by whom we write to first; null: it has no end. */
  readonly reach: { readonly portfolioId: string; readonly tier: number } | null;
  /** The templates as they were last read. */
  readonly plan: { current: SendingPlan };
  /** Told when the portfolio may write to more people. */
  readonly onReach: (moreAt: Date) => void;
  /** Writes down what answers mean for others than their own rows. True: the campaign is not to go on. */
  readonly follow: (trx: TenantTransaction, consequences: Consequences) => Promise<void>;
  /** Stops the campaign for a reason that was found before a call. */
  readonly pause: (trx: TenantTransaction, reason: PauseReason) => Promise<void>;
}

/** Longer than a claim waits for its turn at the slowest number. */
const claimLeaseMs = 60_000;
/** Longer than a call and the writing down of its answer. */
const sendLeaseMs = 60_000;
/** How long a slice waits for more of an audience that is still being written down. */
const freezePauseMs = 250;
/** After so many calls in a row without an answer only one at a time finds out whether the network is back. */
const silentCalls = 16;
const silentPauseMs = 2_000;

/** The ledger, the bucket and the calls of one number for one campaign, as `sendOut` works with them. */
export function campaignDesk(dependencies: DeskDependencies): SendDesk {
  const { db, clock, claim, connectionId, caller, plan } = dependencies;
  const { tenantId, campaignId } = claim;
  const inTenant = <T>(work: (trx: TenantTransaction) => Promise<T>): Promise<T> => withTenant(db, tenantId, work);
  const key = { tenantId, connectionId };
  const monthNow = monthWatch();
  let nextBlockAt = 0;
  // What was found at the last mark; the mark itself finds out when it is not so any more.
  let hasQuota = true;

  return {
    async claim(after, limit) {
      const claimed = await inTenant(async (trx) => {
        if (!(await goesOn(trx))) return stopped;
        plan.current = await readSendingPlan(trx, claim);
        const frozen = await isFrozen(trx, campaignId);
        const room = await takeCostRoom(trx, claim, { most: limit, now: new Date(clock()) });
        if (room?.messages === 0) {
          const isLeft = !frozen || (await hasQueued(trx, claim));
          // What has been claimed is within the cap, and leaves before the campaign stops.
          if (isLeft && room.claimed === 0) {
            await dependencies.pause(trx, 'cost_cap');
            return stopped;
          }
          return { messages: [], reachUsedUp: false, last: null, frozen, dry: !isLeft, waits: isLeft };
        }
        const most = room?.messages ?? limit;
        const by = { connectionId, after, limit: most, now: new Date(clock()), leaseMs: claimLeaseMs };
        const rows = await claimMessages(trx, claim, by);
        const sendable = await sort(trx, rows);
        const last = rows.at(-1)?.id ?? null;
        return { ...sendable, last, frozen, dry: frozen && rows.length < most, waits: last === null && !frozen };
      });
      if ('waits' in claimed && claimed.waits) await sleep(freezePauseMs);
      return claimed;
    },

    async block(most) {
      const isSilent = caller.silence() >= silentCalls;
      const waitMs = Math.max(nextBlockAt - performance.now(), isSilent ? silentPauseMs : 0);
      if (waitMs > 0) await sleep(Math.min(waitMs, longestWaitMs));
      const early = nextBlockAt - performance.now() > 1;
      return inTenant(async (trx) => {
        const control = await readControl(trx, claim);
        if (control?.state !== 'running' || control.epoch !== claim.epoch) return { ended: 'stopped' as const };
        if (!(await mayUse(trx))) {
          await dependencies.pause(trx, 'connection');
          return { ended: 'stopped' as const };
        }
        if (early) return { count: 0, startsInMs: 0, ended: null };
        const { ratePerS } = control;
        const room = { most: isSilent ? 1 : most, ownRatePerS: ratePerS };
        const block = await takeBlock(trx, key, room);
        if (ratePerS !== null) nextBlockAt = performance.now() + (block.count * 1_000) / ratePerS;
        return { ...block, ended: null };
      });
    },

    async mark(messages) {
      return inTenant(async (trx) => {
        const month = monthNow(clock(), plan.current.tenantTimeZone);
        const needsConsent = plan.current.variants.some(({ category }) => category === 'marketing');
        const how = { needsConsent, month, leaseMs: sendLeaseMs };
        if (!hasQuota) {
          const marked = await markSending(trx, claim, { ...how, ids: idsOf(messages), unlessQuota: true });
          if (marked.length > 0) return marked;
        }
        const room = await lockQuota(trx, { tenantId, month });
        hasQuota = room !== null;
        if (room === 0) {
          await dependencies.pause(trx, 'quota');
          return stopped;
        }
        const ids = idsOf(messages.slice(0, room ?? messages.length));
        const marked = await markSending(trx, claim, { ...how, ids, unlessQuota: false });
        // Those beyond the quota go back at once; if any are left, the next mark pauses the campaign.
        const beyond = idsOf(messages.slice(ids.length));
        if (beyond.length > 0) await giveBack(trx, claim, { ids: beyond });
        if (marked.length > 0) return marked;
        return (await goesOn(trx)) ? marked : stopped;
      });
    },

    send: (message, attempt, departBy) => caller.call(message, attempt, departBy),

    unsent: ({ id }) => ({ id, kind: 'again', dueAt: new Date(clock()), counts: false, code: null }),

    async settle(results) {
      const consequences = caller.consequences();
      await persistently(() =>
        inTenant(async (trx) => {
          await settleMessages(trx, claim, results, new Date(clock()));
          await dependencies.follow(trx, consequences);
        }),
      );
    },

    async giveBack(messages) {
      if (messages.length === 0) return;
      await persistently(() => inTenant((trx) => giveBack(trx, claim, { ids: messages.map(({ id }) => id) })));
    },
  };

  /** A person may have suspended or disconnected the number since. */
  async function mayUse(trx: TenantTransaction): Promise<boolean> {
    const numbers = await readNumbers(trx, claim);
    return numbers.find(({ id }) => id === connectionId)?.works === true;
  }

  async function goesOn(trx: TenantTransaction): Promise<boolean> {
    const control = await readControl(trx, claim);
    return control?.state === 'running' && control.epoch === claim.epoch;
  }

  /** Sets aside whom nothing may be sent to now. */
  async function sort(trx: TenantTransaction, rows: readonly ClaimedMessage[]) {
    const usable = await withTemplate(trx, rows);
    const awake = await outsideQuietHours(trx, usable);
    return withinReach(trx, awake);
  }

  async function withTemplate(trx: TenantTransaction, rows: readonly ClaimedMessage[]) {
    const variants = new Map(plan.current.variants.map((variant) => [variant.key, variant]));
    const fate = (row: ClaimedMessage) => fateOf(variants.get(row.variant));
    const gone = rows.filter((row) => fate(row) === 'gone');
    const paused = rows.filter((row) => fate(row) === 'paused');
    if (gone.length > 0) await skipClaimed(trx, claim, idsOf(gone), 'template_unavailable');
    if (paused.length > 0) {
      await giveBack(trx, claim, { ids: idsOf(paused) });
      await dependencies.pause(trx, 'quality');
    }
    return rows.filter((row) => fate(row) === 'usable');
  }

  async function outsideQuietHours(trx: TenantTransaction, rows: readonly ClaimedMessage[]) {
    const { quietHours, tenantTimeZone } = plan.current;
    if (quietHours === null) return rows;
    const now = clock();
    const later = new Map<Instant, ClaimedMessage[]>();
    const awake = rows.filter((row) => {
      const at = afterQuietHours(now, recipientZone(row, tenantTimeZone), quietHours);
      if (at > now) later.set(at, [...(later.get(at) ?? []), row]);
      return at <= now;
    });
    for (const [at, asleep] of later) await giveBack(trx, claim, { ids: idsOf(asleep), dueAt: new Date(at) });
    return awake;
  }

  async function withinReach(trx: TenantTransaction, rows: readonly ClaimedMessage[]) {
    const { reach } = dependencies;
    if (reach === null) return { messages: rows, reachUsedUp: false };
    const portfolio = { tenantId, id: reach.portfolioId, tier: reach.tier };
    const authorIds = rows.filter(({ windowOpen }) => !windowOpen).map(({ authorId }) => authorId);
    const { allowed, moreAt } = await reserveReach(trx, portfolio, { authorIds, now: new Date(clock()) });
    const messages = rows.filter(({ windowOpen, authorId }) => windowOpen || allowed.has(authorId));
    const beyond = rows.filter(({ windowOpen, authorId }) => !windowOpen && !allowed.has(authorId));
    if (beyond.length > 0) await giveBack(trx, claim, { ids: idsOf(beyond) });
    if (moreAt !== null) dependencies.onReach(moreAt);
    return { messages, reachUsedUp: moreAt !== null };
  }
}

const longestWaitMs = 2_000;
const stopped = { ended: 'stopped' } as const;

/** `monthOf`, worked out once a minute: months begin on the minute, in every zone. */
function monthWatch(): (now: Instant, timeZone: string) => string {
  let known = { minute: Number.NaN, timeZone: '', month: '' };
  return (now, timeZone) => {
    const minute = Math.floor(now / 60_000);
    if (known.minute !== minute || known.timeZone !== timeZone) {
      known = { minute, timeZone, month: monthOf(now, timeZone) };
    }
    return known.month;
  };
}

const idsOf = (rows: readonly ClaimedMessage[]) => rows.map(({ id }) => id);

/** A paused template comes back by itself or by a person's hand; the others do not. */
function fateOf(variant: SendingVariant | undefined): 'usable' | 'paused' | 'gone' {
  if (variant?.status === 'paused' || variant?.status === 'flagged') return 'paused';
  return variant?.status === 'approved' && variant.content !== null ? 'usable' : 'gone';
}
