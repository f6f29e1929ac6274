import { sql } from 'kysely';
import type { CampaignId, TenantId } from '../domain/ids.ts';
import { appendEvents } from './event.ts';
import type { TenantTransaction } from './tenant.ts';

/** A campaign's progress is told once in a second at most, whatever happens in it and whoever tells. */
export const progressEveryMs = 1_000;
/** Counting a large ledger takes its time: the next count waits this many times as long as the last one took. */
const restFactor = 20;

/**
 * Tells how far a campaign has come, with its counts; false if that was told too short a time ago. Whoever is told
 * false asks again, so that the last change is told as well.
 */
export async function tellProgress(
  trx: TenantTransaction,
  { tenantId, campaignId, clock }: { tenantId: TenantId; campaignId: CampaignId; clock: () => number },
): Promise<boolean> {
  const at = clock();
  const due = await takeTurn(trx, { tenantId, campaignId, at });
  if (!due) return false;
  const counts = await countLedger(trx, tenantId, campaignId);
  await appendEvents(trx, [
    {
      tenantId,
      at: new Date(at),
      kind: 'campaign.progressed',
      entity: 'campaign',
      entityId: campaignId,
      actor: { kind: 'process' },
      data: { ...counts },
    },
  ]);
  const restMs = restFactor * (clock() - at);
  if (restMs > progressEveryMs) await rest(trx, { campaignId, until: new Date(at + restMs) });
  return true;
}

async function takeTurn(
  trx: TenantTransaction,
  { tenantId, campaignId, at }: { tenantId: TenantId; campaignId: CampaignId; at: number },
): Promise<boolean> {
  const taken = await trx
    .insertInto('campaign_progress')
    .values({ tenant_id: tenantId, campaign_id: campaignId, next_at: new Date(at + progressEveryMs) })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'campaign_id'])
        .doUpdateSet((eb) => ({ next_at: eb.ref('excluded.next_at') }))
        .where('campaign_progress.next_at', '<=', new Date(at)),
    )
    .returning('campaign_id')
    .executeTakeFirst();
  return taken !== undefined;
}

async function rest(
  trx: TenantTransaction,
  { campaignId, until }: { campaignId: CampaignId; until: Date },
): Promise<void> {
  await trx.updateTable('campaign_progress').set({ next_at: until }).where('campaign_id', '=', campaignId).execute();
}

/** How many of a campaign's recipients are how far. `delivered` holds those who have read it, and `sent` both. */
export interface LedgerCounts {
  readonly recipients: number;
  readonly waiting: number;
  readonly sent: number;
  /** Sent, and WhatsApp lets them wait to see first what people make of the template. */
  readonly heldBack: number;
  readonly delivered: number;
  readonly read: number;
  readonly failed: number;
  readonly skipped: number;
  readonly unconfirmed: number;
  readonly replied: number;
  readonly clicked: number;
  readonly optedOut: number;
  /** Of what was delivered: an exact decimal, in the campaign's currency. */
  readonly cost: string;
}

async function countLedger(trx: TenantTransaction, tenantId: TenantId, campaignId: CampaignId): Promise<LedgerCounts> {
  const { rows } = await sql<LedgerCounts>`
    select count(*)::int as recipients,
      (count(*) filter (where state in ('queued', 'claimed', 'sending')))::int as waiting,
      (count(*) filter (where state in ('sent', 'delivered', 'read')))::int as sent,
      count(held_back_at)::int as "heldBack",
      (count(*) filter (where state in ('delivered', 'read')))::int as delivered,
      (count(*) filter (where state = 'read'))::int as read,
      (count(*) filter (where state = 'failed'))::int as failed,
      (count(*) filter (where state = 'skipped'))::int as skipped,
      (count(*) filter (where state = 'unconfirmed'))::int as unconfirmed,
      count(replied_at)::int as replied,
      count(clicked_at)::int as clicked,
      count(opted_out_at)::int as "optedOut",
      coalesce(sum(cost) filter (where state in ('delivered', 'read')), 0)::text as cost
    from campaign_message
    where tenant_id = ${tenantId} and campaign_id = ${campaignId}`.execute(trx);
  const [counts] = rows;
  if (counts === undefined) throw new Error('a count without a row');
  return counts;
}
