import { Context } from '@temporalio/activity';
import type { Kysely } from 'kysely';
import { ChannelError, type PageAccess } from '../channels/channel.ts';
import type { HeldPage } from '../channels/connector.ts';
import type { NumberLimits, ReadLimits } from '../channels/whatsapp/limits.ts';
import type { WhatsappSender } from '../channels/whatsapp/send.ts';
import { moveCampaign } from '../db/campaign.ts';
import { readControl, waitForReach } from '../db/campaign-control.ts';
import type { CampaignKey } from '../db/campaign-ledger.ts';
import { nextTriedDueAt, recoverMessages, takeOver } from '../db/campaign-leases.ts';
import { stopNumber } from '../db/campaign-numbers.ts';
import { blockTemplate, noteMarketingStop, readSendingPlan } from '../db/campaign-sending.ts';
import { breakConnection } from '../db/connection-grant.ts';
import type { Database } from '../db/schema.ts';
import { noteNumberLimits, slowSender } from '../db/sender-bucket.ts';
import { type TenantTransaction, withTenant } from '../db/tenant.ts';
import type { PauseReason } from '../domain/campaign.ts';
import { errorOf, scopesRefused } from '../domain/connection-health.ts';
import type { CampaignMessageId, ConnectionId } from '../domain/ids.ts';
import { newId } from '../platform/new-id.ts';
import type { DepartureLog, DepartureLogs } from '../platform/departure-log.ts';
import type { SealKey } from '../platform/sealing.ts';
import { campaignCaller, type Consequences } from './campaign-call.ts';
import { campaignDesk } from './campaign-desk.ts';
import { type SendEnd, sendOut } from './campaign-sending.ts';
import { type HeldConnection, readHeldConnection } from './held-page.ts';

export type CampaignSliceActivities = ReturnType<typeof campaignSliceActivities>;

export interface CampaignSliceDependencies {
  readonly db: Kysely<Database>;
  readonly masterKeys: readonly SealKey[];
  readonly sender: WhatsappSender;
  readonly readLimits: ReadLimits;
  /** Null: nothing tells after a kill which of the marked rows have left. */
  readonly departures: DepartureLogs | null;
  readonly clock: () => number;
  /** Aborted when this process is asked to stop: what has not begun is given back. */
  readonly stopping: AbortSignal;
}

/** What a slice has done. */
export interface CampaignSliceResult {
  readonly end: SendEnd;
  readonly sent: number;
}

/** What one try of a slice leaves to the next: how far it was, and under which claim its rows are held. */
interface Progress {
  readonly cursor: CampaignMessageId | null;
  readonly leaseToken: string;
}

const sliceMs = 10 * 60_000;
/** As many calls at once as the Cloud API's throughput asks for at its usual latency. */
export const sendWidth = 64;
const claimSize = 500;
const beatEveryMs = 1_000;

/** Sends, from one number, what is due in a campaign's ledger. */
export function campaignSliceActivities(dependencies: CampaignSliceDependencies) {
  const { db, clock, masterKeys } = dependencies;
  return {
    async sendCampaign(about: CampaignKey & { readonly connectionId: ConnectionId }): Promise<CampaignSliceResult> {
      const { heartbeat, info, cancellationSignal } = Context.current();
      const before = (info.heartbeatDetails ?? null) as Progress | null;
      let progress: Progress = { cursor: before?.cursor ?? null, leaseToken: newId() };
      const beating = setInterval(() => heartbeat(progress), beatEveryMs);
      heartbeat(progress);
      try {
        const opened = await withTenant(db, about.tenantId, (trx) => open(trx, about, before));
        if (opened === null) return { end: 'stopped', sent: 0 };
        const limits = await limitsOf(about, opened.held);
        if (limits === 'broken') return { end: 'stopped', sent: 0 };
        return await send(about, {
          ...opened,
          limits,
          leaseToken: progress.leaseToken,
          from: progress.cursor,
          onCursor: (cursor) => (progress = { ...progress, cursor }),
          signal: AbortSignal.any([cancellationSignal, dependencies.stopping]),
        });
      } finally {
        clearInterval(beating);
      }
    },
  };

  async function open(trx: TenantTransaction, about: SenderOf, before: Progress | null) {
    const now = new Date(clock());
    if (before !== null) await takeOver(trx, { ...about, leaseToken: before.leaseToken });
    await recoverMessages(trx, about, now);
    const control = await readControl(trx, about);
    if (control?.state !== 'running' || control.halted) return null;
    const held = await readHeldConnection(trx, about, { masterKeys, now });
    if (held === null) {
      await pauseCampaign(trx, about, 'connection');
      return null;
    }
    if (held.page === null) {
      // Noted with the connection too: as long as that is said to work, the campaign would be tried again and again.
      await stopAccount(trx, about, { held, account: { problem: 'token', code: null } });
      return null;
    }
    const plan = await readSendingPlan(trx, about);
    return { epoch: control.epoch, held: { ...held, page: held.page }, plan };
  }

  /** What the number may send; asked anew for each slice, since numbers are upgraded and portfolios grow. */
  async function limitsOf(about: SenderOf, held: Held): Promise<NumberLimits | 'broken'> {
    try {
      const limits = await dependencies.readLimits(held.page, { signal: AbortSignal.timeout(askTimeoutMs) });
      await withTenant(db, about.tenantId, (trx) => noteNumberLimits(trx, about, limits));
      return limits;
    } catch (error) {
      if (!(error instanceof ChannelError) || error.grantProblem === null) throw error;
      const { grantProblem: problem, provider } = error;
      const code = Number(provider?.code?.split('/')[0] ?? Number.NaN);
      const account = {
        problem: problem === 'permission' ? problem : 'token',
        code: Number.isNaN(code) ? null : code,
      } as const;
      await withTenant(db, about.tenantId, (trx) => stopAccount(trx, about, { held, account }));
      return 'broken';
    }
  }

  async function send(about: SenderOf, slice: Slice): Promise<CampaignSliceResult> {
    const { tenantId, campaignId, connectionId } = about;
    const { held, limits, epoch, leaseToken, signal } = slice;
    const plan = { current: slice.plan };
    const page: PageAccess = held.page;
    const log = dependencies.departures?.begin({ tenantId, campaignId, leaseToken }) ?? null;
    const caller = campaignCaller({
      campaignId,
      onLeave: (id) => log?.note(id),
      send: dependencies.sender(page),
      variantOf: (key) => plan.current.variants.find((variant) => variant.key === key) ?? null,
      clock,
    });
    let moreAt: Date | null = null;
    const desk = campaignDesk({
      db,
      clock,
      claim: { tenantId, campaignId, leaseToken, epoch },
      connectionId,
      caller,
      reach: limits.tier === null ? null : { portfolioId: limits.portfolioId, tier: limits.tier },
      plan,
      onReach: (at) => (moreAt = at),
      follow: (trx, consequences) => follow(trx, about, { held, consequences }),
      pause: (trx, reason) => pauseCampaign(trx, about, reason),
    });
    const until = clock() + sliceMs;
    const bounds = { width: sendWidth, claimSize, until, signal, clock, onCursor: slice.onCursor };
    const result = await closing(log, sendOut(desk, bounds, slice.from));
    const waitUntil = moreAt as Date | null;
    if (result.end === 'reach' && waitUntil !== null) {
      await withTenant(db, tenantId, async (trx) => {
        const now = new Date(clock());
        // Whom it was tried to send to need no more reach: they do not wait for tomorrow.
        const triedAt = Math.max(
          (await nextTriedDueAt(trx, about))?.getTime() ?? Infinity,
          now.getTime() + reachPauseMs,
        );
        await waitForReach(trx, about, { until: new Date(Math.min(waitUntil.getTime(), triedAt)), now });
      });
    }
    return result;
  }

  async function follow(
    trx: TenantTransaction,
    about: SenderOf,
    { held, consequences }: { held: Held; consequences: Consequences },
  ): Promise<void> {
    const { tooFast, pause, account, blocked, suppressed } = consequences;
    if (tooFast) await slowSender(trx, about);
    for (const id of new Set(blocked)) await blockTemplate(trx, about, id);
    if (suppressed.length > 0) await noteMarketingStop(trx, about, suppressed, new Date(clock()));
    if (account !== null) await stopAccount(trx, about, { held, account });
    else if (pause !== null) await pauseCampaign(trx, about, pause);
  }

  /**
   * A grant that is gone is noted with its connection, where people see it and mend it; what WhatsApp has against the
   * number otherwise, with the campaign's own.
   */
  async function stopAccount(
    trx: TenantTransaction,
    about: SenderOf,
    { held, account }: { held: HeldConnection; account: NonNullable<Consequences['account']> },
  ): Promise<void> {
    const { problem, code } = account;
    const now = new Date(clock());
    if (problem === 'token' || problem === 'permission') {
      const isGone = problem === 'token';
      const words = { providerStatus: null, providerCode: code === null ? null : String(code), providerMessage: null };
      const error = errorOf(isGone ? 'grant_gone' : 'permission_lost', words, now);
      const state = isGone ? 'expired' : 'refresh_required';
      const missing = isGone ? [] : scopesRefused('message', [], held);
      await breakConnection(trx, about, { grantVersion: held.grantVersion, state, missing, error, now });
    }
    await stopNumber(trx, about, { problem, code, now });
    await pauseCampaign(trx, about, 'connection', { problem, code });
  }

  async function pauseCampaign(
    trx: TenantTransaction,
    about: CampaignKey,
    reason: PauseReason,
    data: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const { tenantId, campaignId } = about;
    const step = { kind: 'pause', reason } as const;
    await moveCampaign(trx, { tenantId, campaignId, step, actor: { kind: 'process' }, now: new Date(clock()), data });
  }
}

/** A log is of use where not all that has left was written down. */
async function closing<T>(log: DepartureLog | null, work: Promise<T>): Promise<T> {
  let settled = false;
  try {
    const result = await work;
    settled = true;
    return result;
  } finally {
    log?.close(settled);
  }
}

const askTimeoutMs = 20_000;
const reachPauseMs = 1_000;

type SenderOf = CampaignKey & { readonly connectionId: ConnectionId };
type Held = HeldConnection & { readonly page: HeldPage };

interface Slice {
  readonly epoch: number;
  readonly held: Held;
  readonly plan: Awaited<ReturnType<typeof readSendingPlan>>;
  readonly limits: NumberLimits;
  readonly leaseToken: string;
  readonly from: CampaignMessageId | null;
  readonly onCursor: (cursor: CampaignMessageId | null) => void;
  readonly signal: AbortSignal;
}
