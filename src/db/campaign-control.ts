import { sql } from 'kysely';
import type { EventKind } from '../domain/event.ts';
import type { CampaignState, PauseReason } from '../domain/campaign.ts';
import type { UserId } from '../domain/ids.ts';
import type { CampaignKey } from './campaign-ledger.ts';
import { type Actor, appendEvents } from './event.ts';
import type { TenantTransaction } from './tenant.ts';

/** A campaign's row, as far as its process and its slices go by it. */
export interface CampaignControl {
  readonly state: CampaignState;
  readonly pauseReason: PauseReason | null;
  readonly waitingUntil: Date | null;
  readonly epoch: number;
  readonly ratePerS: number | null;
  readonly frozen: boolean;
  /** Whether a crisis stop holds the whole tenant back. */
  readonly halted: boolean;
}

/** Reads it. `lock`: nobody changes it, and no row of its ledger is marked as leaving, until the transaction ends. */
export async function readControl(
  trx: TenantTransaction,
  { tenantId, campaignId }: CampaignKey,
  { lock = false }: { readonly lock?: boolean } = {},
): Promise<CampaignControl | null> {
  const query = trx
    .selectFrom('campaign')
    .select(['state', 'pause_reason', 'waiting_until', 'epoch', 'rate_per_s', 'frozen_at'])
    .select(haltLasts.as('halted'))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', campaignId);
  const row = await (lock ? query.forNoKeyUpdate() : query).executeTakeFirst();
  if (row === undefined) return null;
  return {
    state: row.state,
    pauseReason: row.pause_reason,
    waitingUntil: row.waiting_until,
    epoch: row.epoch,
    ratePerS: row.rate_per_s,
    frozen: row.frozen_at !== null,
    halted: row.halted,
  };
}

const haltLasts = sql<boolean>`exists (
  select 1 from tenant_halt where tenant_halt.tenant_id = campaign.tenant_id and released_at is null)`;

/**
 * Lets nothing leave any more that has been claimed by now: waits for what is just being marked, and raises the epoch
 * of every campaign that runs. For whoever has closed the gate of the tenant and written down that it is stopped.
 */
export async function haltCampaigns(trx: TenantTransaction): Promise<void> {
  await trx
    .updateTable('campaign')
    .set({ epoch: sql<number>`epoch + 1` })
    .where('state', '=', 'running')
    .execute();
}

/** When it is to start, by which clock. */
export function readStart(trx: TenantTransaction, { tenantId, campaignId }: CampaignKey) {
  return trx
    .selectFrom('campaign')
    .innerJoin('tenant', 'tenant.id', 'campaign.tenant_id')
    .select(['campaign.starts_at_local as startsAtLocal', 'campaign.zone', 'tenant.time_zone as tenantZone'])
    .where('campaign.tenant_id', '=', tenantId)
    .where('campaign.id', '=', campaignId)
    .executeTakeFirstOrThrow();
}

/** The portfolio's reach is used up: the campaign runs on when there is more. Tells of it once for each wait. */
export async function waitForReach(
  trx: TenantTransaction,
  key: CampaignKey,
  { until, now }: { readonly until: Date; readonly now: Date },
): Promise<void> {
  const before = await readControl(trx, key, { lock: true });
  if (before?.state !== 'running') return;
  await trx
    .updateTable('campaign')
    .set({ waiting_until: until })
    .where('tenant_id', '=', key.tenantId)
    .where('id', '=', key.campaignId)
    .execute();
  const tells = before.waitingUntil === null || before.waitingUntil <= now;
  if (tells) {
    await tell(trx, key, { kind: 'campaign.waiting', by: null, now, data: { until: until.toISOString() } });
  }
}

/** Changes how fast it may send at most; null: as fast as its numbers. */
export async function setCampaignRate(
  trx: TenantTransaction,
  key: CampaignKey,
  { ratePerS, by, now }: { readonly ratePerS: number | null; readonly by: UserId; readonly now: Date },
): Promise<void> {
  await trx
    .updateTable('campaign')
    .set({ rate_per_s: ratePerS, version: sql<number>`version + 1` })
    .where('tenant_id', '=', key.tenantId)
    .where('id', '=', key.campaignId)
    .execute();
  await tell(trx, key, { kind: 'campaign.throttled', by, now, data: { ratePerS } });
}

async function tell(
  trx: TenantTransaction,
  { tenantId, campaignId }: CampaignKey,
  { kind, by, now, data }: { kind: EventKind; by: UserId | null; now: Date; data: Readonly<Record<string, unknown>> },
): Promise<void> {
  const actor: Actor = by === null ? { kind: 'process' } : { kind: 'user', id: by };
  await appendEvents(trx, [{ tenantId, at: now, kind, entity: 'campaign', entityId: campaignId, actor, data }]);
}
