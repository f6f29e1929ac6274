import { type RawBuilder, sql } from 'kysely';
import type { CampaignMessageId } from '../domain/ids.ts';
import { readControl } from './campaign-control.ts';
import { type CampaignKey, type Claim, firstId, giveBack, settleMessages } from './campaign-ledger.ts';
import type { TenantTransaction } from './tenant.ts';

/**
 * What a try of a slice left behind that has ended or gone silent: what it had only claimed goes back into the queue, and
 * what it was sending is `unconfirmed` at once, since nobody is there to hear the answer. Should the worker only have been
 * slow, its answers are written down all the same. A call that may yet leave is left to its lease.
 */
export async function takeOver(
  trx: TenantTransaction,
  { tenantId, campaignId, leaseToken }: Omit<Claim, 'epoch'>,
): Promise<void> {
  await giveBack(trx, { tenantId, campaignId, leaseToken }, { ids: 'all' });
  await sql`
    update campaign_message set state = 'unconfirmed'
    where tenant_id = ${tenantId}::uuid and campaign_id = ${campaignId}::uuid and state = 'sending'
      and lease_token = ${leaseToken}::uuid and ${hasLeft}`.execute(trx);
}

/**
 * Puts back what a try of a slice that has died had marked and not sent, whatever it was taken for since: into the queue,
 * or to its end in a campaign that was cancelled. `readDeparted` tells what has left; null: nobody knows. It is asked after
 * the rows were read, of rows whose time to leave has passed: whatever is noted later than that does not leave, so that the
 * worker need not even be dead. Returns how many rows went back.
 */
export async function returnUndeparted(
  trx: TenantTransaction,
  claim: Omit<Claim, 'epoch'>,
  by: { readonly readDeparted: () => { has(id: string): boolean } | null; readonly now: Date },
): Promise<number> {
  const { tenantId, campaignId, leaseToken } = claim;
  const { rows } = await sql<{ id: CampaignMessageId }>`
    select id from campaign_message
    where tenant_id = ${tenantId}::uuid and campaign_id = ${campaignId}::uuid and state in ('sending', 'unconfirmed')
      and lease_token = ${leaseToken}::uuid and ${hasSurelyLeft}`.execute(trx);
  const departed = rows.length === 0 ? null : by.readDeparted();
  if (departed === null) return 0;
  // Locked: no row comes back to a campaign that has just finished.
  const control = await readControl(trx, claim, { lock: true });
  if (control === null || control.state === 'finished') return 0;
  const end = control.state === 'cancelled' ? cancelled : ({ kind: 'again', dueAt: by.now, counts: false } as const);
  const results = rows.filter(({ id }) => !departed.has(id)).map(({ id }) => ({ id, ...end, code: null }));
  if (results.length === 0) return 0;
  return settleMessages(trx, { ...claim, epoch: control.epoch }, results, by.now);
}

const cancelled = { kind: 'skipped', reason: 'cancelled' } as const;

/** A call leaves within a second of its mark or not at all, by Postgres' clock. */
const hasLeft = sql`sending_at <= clock_timestamp() - interval '1 second'`;
/** The same with room for clocks that do not run alike: here a row that leaves after all would be sent twice. */
const hasSurelyLeft = sql`sending_at <= clock_timestamp() - interval '2 seconds'`;

/** For how long after a send the statuses of a message may still tell that it has arrived. */
export const statusPatienceMs = 15 * 60_000;

/**
 * What those left behind who have died or lost their lease: what was only claimed goes back into the queue, for nothing
 * was sent; what was being sent is `unconfirmed`. And what has stayed so for a quarter of an hour is sent once more
 * where that does less harm than not sending it: never marketing.
 */
export async function recoverMessages(
  trx: TenantTransaction,
  { tenantId, campaignId }: CampaignKey,
  now: Date,
): Promise<{ readonly requeued: number; readonly unconfirmed: number; readonly repeated: number }> {
  const count = async (changed: ReturnType<typeof sql>): Promise<number> =>
    Number((await changed.execute(trx)).numAffectedRows ?? 0n);
  const of = sql`tenant_id = ${tenantId}::uuid and campaign_id = ${campaignId}::uuid`;
  const requeued = await count(sql`
    update campaign_message set state = 'queued', lease_token = null, lease_until = null
    where ${of} and state = 'claimed' and lease_until < ${now}::timestamptz`);
  // The token stays: an answer that comes late after all is still written down.
  const unconfirmed = await count(sql`
    update campaign_message set state = 'unconfirmed'
    where ${of} and state = 'sending' and lease_until < ${now}::timestamptz`);
  const repeated = await count(sql`
    update campaign_message message set state = 'queued', lease_token = null, lease_until = null
    where ${of} and state = 'unconfirmed' and ${repeatable} and sending_at < ${patienceEnd(now)}::timestamptz
      and (select state from campaign where campaign.tenant_id = message.tenant_id
             and campaign.id = message.campaign_id) <> 'cancelled'`);
  return { requeued, unconfirmed, repeated };
}

/**
 * `mayRepeat` of `src/domain/whatsapp-verdict.ts`, for many. While WhatsApp holds messages of the same template back, that
 * no status has come tells nothing of whether one was taken.
 */
const repeatable = sql`attempts < 2 and exists (
  select 1 from campaign_variant variant
  join template on template.tenant_id = variant.tenant_id and template.id = variant.template_id
  where variant.tenant_id = message.tenant_id and variant.campaign_id = message.campaign_id
    and variant.key = message.variant and template.category <> 'marketing')
  and not exists (
    select 1 from campaign_message other
    where other.tenant_id = message.tenant_id and other.campaign_id = message.campaign_id
      and other.held_back_at is not null and other.variant = message.variant)`;

const patienceEnd = (now: Date): Date => new Date(now.getTime() - statusPatienceMs);

/**
 * When something can next be done for a row of the campaign: at once for one that is due, else when the next is, when a
 * lease runs out, or when an unconfirmed one may be repeated. Null: every row has ended.
 */
export async function nextMessageDueAt(
  trx: TenantTransaction,
  { tenantId, campaignId }: CampaignKey,
  now: Date,
): Promise<Date | null> {
  const of = sql`message.tenant_id = ${tenantId}::uuid and message.campaign_id = ${campaignId}::uuid`;
  const { rows: due } = await sql<{ found: number }>`
    select 1 as found from campaign_message message
    where ${of} and state = 'queued' and due_at <= ${now}::timestamptz limit 1`.execute(trx);
  if (due.length > 0) return now;
  const { rows } = await sql<{ at: Date | null }>`
    select least(
      (select min(due_at) from campaign_message message where ${of} and state = 'queued'),
      (select min(lease_until) from campaign_message message where ${of} and state in ('claimed', 'sending')),
      (select min(sending_at) + ${statusPatienceMs}::integer * interval '1 millisecond'
       from campaign_message message where ${of} and state = 'unconfirmed' and ${repeatable})) as at`.execute(trx);
  return rows[0]?.at ?? null;
}

/** When somebody is due whom it was tried to send to already: they are counted as reached. Null: there is nobody. */
export async function nextTriedDueAt(
  trx: TenantTransaction,
  { tenantId, campaignId }: CampaignKey,
): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(due_at) as at from campaign_message
    where tenant_id = ${tenantId}::uuid and campaign_id = ${campaignId}::uuid and state = 'queued'
      and sending_at is not null`.execute(trx);
  return rows[0]?.at ?? null;
}

/** Whether a call may still leave: one that was begun within the last second, by Postgres' clock. */
export async function mayStillLeave(trx: TenantTransaction, { tenantId, campaignId }: CampaignKey): Promise<boolean> {
  const { rows } = await sql`
    select 1 from campaign_message
    where tenant_id = ${tenantId}::uuid and campaign_id = ${campaignId}::uuid and state = 'sending'
      and not ${hasLeft}
    limit 1`.execute(trx);
  return rows.length > 0;
}

/** Ends what slices of a cancelled campaign had claimed and not sent. */
export async function cancelClaimed(trx: TenantTransaction, { tenantId, campaignId }: CampaignKey): Promise<void> {
  await sql`
    with open as materialized (
      select ctid from campaign_message
      where tenant_id = ${tenantId}::uuid and campaign_id = ${campaignId}::uuid and state = 'claimed'
      for update skip locked
    )
    ${skipOpen}`.execute(trx);
}

/**
 * Ends rows of a cancelled campaign that are still in the queue, at most `limit` at once, behind `after`; answers the last
 * of them, or null where there are no more. Rows that somebody else holds at that moment are passed over.
 */
export async function cancelQueued(
  trx: TenantTransaction,
  key: CampaignKey,
  by: { readonly after: CampaignMessageId | null; readonly limit: number },
): Promise<CampaignMessageId | null> {
  const { rows } = await cancelling(key, by).execute(trx);
  const ids = rows.map(({ id }) => id).toSorted();
  return ids.length < by.limit ? null : (ids.at(-1) ?? null);
}

/** The statement of `cancelQueued`. */
export function cancelling(
  { tenantId, campaignId }: CampaignKey,
  { after, limit }: { readonly after: CampaignMessageId | null; readonly limit: number },
): RawBuilder<{ id: CampaignMessageId }> {
  return sql`
    with open as materialized (
      select ctid from campaign_message
      where tenant_id = ${tenantId}::uuid and campaign_id = ${campaignId}::uuid and state = 'queued'
        and id > ${after ?? firstId}::uuid
      order by id
      limit ${limit}::integer
      for update skip locked
    )
    ${skipOpen} returning message.id`;
}

/**
 * By the place of the row, which its lock keeps: by its key, each of thousands would be held against all others where
 * statistics do not know the campaign. One that was changed in this very moment is at another place, and left for later.
 */
const skipOpen = sql`
  update campaign_message message
  set state = 'skipped', skip_reason = 'cancelled', lease_until = null
  from open where message.ctid = open.ctid`;
