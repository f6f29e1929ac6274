import { type RawBuilder, sql } from 'kysely';
import type { Attributes } from '../domain/author.ts';
import type { SkipReason } from '../domain/campaign-message.ts';
import type { AuthorId, CampaignId, CampaignMessageId, ConnectionId, TenantId } from '../domain/ids.ts';
import { returnUsage } from './campaign-usage.ts';
import { runPrepared } from './prepared.ts';
import type { TenantTransaction } from './tenant.ts';

export interface CampaignKey {
  readonly tenantId: TenantId;
  readonly campaignId: CampaignId;
}

/** Whose claim it is. Rows that it holds change only for its token, and leave only in the campaign's epoch. */
export interface Claim extends CampaignKey {
  readonly leaseToken: string;
  readonly epoch: number;
}

/** A row of the ledger with what is needed to write to the person. */
export interface ClaimedMessage {
  readonly id: CampaignMessageId;
  readonly authorId: AuthorId;
  readonly variant: string;
  readonly attempts: number;
  /** WhatsApp has shielded them from this campaign before. */
  readonly capped: boolean;
  readonly phone: string | null;
  readonly externalId: string | null;
  readonly name: string;
  readonly country: string | null;
  readonly timeZone: string | null;
  readonly attributes: Attributes;
  /** They have written to us within a day: writing to them uses up none of the portfolio's reach. */
  readonly windowOpen: boolean;
}

/**
 * Claims rows of one number that are due, behind `after`: every claim begins where the one before it has ended, so that
 * none has to step over what has been sent. Whoever claims at the same time gets others.
 */
export function claimMessages(
  trx: TenantTransaction,
  { tenantId, campaignId, leaseToken, epoch }: Claim,
  by: {
    readonly connectionId: ConnectionId;
    readonly after: CampaignMessageId | null;
    readonly limit: number;
    readonly now: Date;
    readonly leaseMs: number;
  },
): Promise<ClaimedMessage[]> {
  const { connectionId, after, limit, now, leaseMs } = by;
  const query = sql<ClaimedMessage>`
    with picked as materialized (
      select tenant_id, campaign_id, id from campaign_message
      where tenant_id = ${tenantId}::uuid and campaign_id = ${campaignId}::uuid and state = 'queued'
        and id > ${after ?? firstId}::uuid and connection_id = ${connectionId}::uuid and due_at <= ${now}::timestamptz
      order by id
      limit ${limit}::integer
      for update skip locked
    ), claimed as (
      update campaign_message message
      set state = 'claimed', lease_token = ${leaseToken}::uuid, epoch = ${epoch}::integer,
          lease_until = ${new Date(now.getTime() + leaseMs)}::timestamptz
      from picked
      where ${sameRow('picked')}
      returning message.id, message.author_id, message.variant, message.attempts, message.capped_at
    )
    select claimed.id, claimed.author_id as "authorId", claimed.variant, claimed.attempts,
           claimed.capped_at is not null as capped, author.phone,
           author.external_id as "externalId", author.name, author.country, author.time_zone as "timeZone",
           author.attributes,
           coalesce(author.last_inbound_at > ${now}::timestamptz - interval '24 hours', false) as "windowOpen"
    from claimed
    join author on author.tenant_id = ${tenantId}::uuid and author.id = claimed.author_id
      and ${among('author.id', 'claimed', 'author_id')}
    order by claimed.id`;
  return runPrepared(trx, { compile: () => query.compile(trx) });
}

/** Whether anybody of the campaign has still to be sent something, now or later. */
export async function hasQueued(trx: TenantTransaction, { tenantId, campaignId }: CampaignKey): Promise<boolean> {
  const { rows } = await sql`
    select 1 from campaign_message
    where tenant_id = ${tenantId}::uuid and campaign_id = ${campaignId}::uuid and state = 'queued' limit 1`.execute(
    trx,
  );
  return rows.length > 0;
}

/**
 * Finds a row of the ledger by its whole key, which comes from `source`, and in the stretch of keys that `source` covers.
 * Named as values, tenant and campaign alone would look as if they found it: of a campaign that has just begun Postgres'
 * statistics know nothing, so it takes the ledger for a row or two, and would read all of it for each claim: seconds
 * instead of milliseconds. See docs/decisions/ledger-rows-by-whole-key.md.
 */
function sameRow(source: 'picked' | 'wanted' | 'held' | 'result'): RawBuilder<boolean> {
  const key = (table: string) =>
    sql`${sql.ref(`${table}.tenant_id`)}, ${sql.ref(`${table}.campaign_id`)}, ${sql.ref(`${table}.id`)}`;
  return sql`(${key('message')}) = (${key(source)}) and ${among('message.id', source, 'id')}`;
}

/** Whether a column lies between the first and the last value of another: what is handled together lies together. */
function among(column: string, source: string, values: string): RawBuilder<boolean> {
  const end = (direction: 'asc' | 'desc') => {
    const value = sql.ref(values);
    return sql`(select ${value} from ${sql.table(source)} order by ${value} ${sql.raw(direction)} limit 1)`;
  };
  return sql`${sql.ref(column)} between ${end('asc')} and ${end('desc')}`;
}

/** Before every uuid. */
export const firstId = '00000000-0000-0000-0000-000000000000';

/** What became of a row that was about to be sent. */
export interface MarkedMessage {
  readonly id: CampaignMessageId;
  readonly state: 'sending' | 'skipped';
  readonly attempts: number;
}

/**
 * The last step before the calls: `claimed` → `sending`, for those rows only that this claim still holds, in a campaign
 * that still runs in its epoch; a pause waits for this transaction, and what comes after a pause finds another epoch.
 * Consent and block list are looked at here, so that nobody is written to who has just said no.
 */
export function markSending(
  trx: TenantTransaction,
  { tenantId, campaignId, leaseToken, epoch }: Claim,
  by: {
    readonly ids: readonly CampaignMessageId[];
    /** Marketing needs a yes; other messages only that nobody said no. */
    readonly needsConsent: boolean;
    /** Marks nothing where the tenant has a quota, which `lockQuota` then holds against these rows. */
    readonly unlessQuota: boolean;
    readonly month: string;
    /** Beyond which no answer comes any more. */
    readonly leaseMs: number;
  },
): Promise<MarkedMessage[]> {
  const { ids, needsConsent, unlessQuota, month, leaseMs } = by;
  const query = sql<MarkedMessage>`
    with quota as materialized (
      select monthly_quota from campaign_setting where tenant_id = ${tenantId}::uuid for share
    ), running as materialized (
      select 1 from campaign
      where tenant_id = ${tenantId}::uuid and id = ${campaignId}::uuid and state = 'running'
        and epoch = ${epoch}::integer
      for share
    ), wanted as materialized (
      select ${tenantId}::uuid as tenant_id, ${campaignId}::uuid as campaign_id, id from unnest(${ids}::uuid[]) id
    ), held as materialized (
      select message.tenant_id, message.campaign_id, message.id,
             case when author.blocked_at is not null then 'blocked'
                  when author.consent = 'withdrawn' then 'no_consent'
                  when author.consent = 'unknown' and ${needsConsent}::boolean then 'no_consent'
                  when author.phone is null and author.external_id is null then 'no_number' end as reason
      from wanted
      join campaign_message message on ${sameRow('wanted')}
      cross join lateral (
        select blocked_at, consent, phone, external_id from author
        where author.tenant_id = message.tenant_id and author.id = message.author_id
        -- One by one.
        offset 0
      ) author
    ), marked as (
      update campaign_message message
      set state = case when held.reason is null then 'sending' else 'skipped' end,
          skip_reason = held.reason,
          sending_at = case when held.reason is null then clock_timestamp() end,
          attempts = message.attempts + case when held.reason is null then 1 else 0 end,
          lease_until = clock_timestamp() + ${leaseMs}::integer * interval '1 millisecond'
      from held, running
      -- In coalesce, the state does not lead to the index of all rows that are held.
      where ${sameRow('held')} and coalesce(message.state) = 'claimed' and message.lease_token = ${leaseToken}::uuid
        and not (${unlessQuota}::boolean and exists (select 1 from quota where monthly_quota is not null))
      returning message.id, message.state, message.attempts
    ), used as (
      insert into campaign_usage (tenant_id, month, messages)
      select ${tenantId}::uuid, ${month}::text, count(*) from marked where state = 'sending' having count(*) > 0
      on conflict (tenant_id, month) do update set messages = campaign_usage.messages + excluded.messages
    )
    select id, state, attempts from marked`;
  return runPrepared(trx, { compile: () => query.compile(trx) });
}

/** What became of a call. */
export type MessageResult = { readonly id: CampaignMessageId } & (
  | {
      readonly kind: 'sent';
      readonly providerMessageId: string;
      /** WhatsApp has it, and lets it wait for what people make of the template. */
      readonly heldBack?: true;
    }
  | { readonly kind: 'failed'; readonly code: number | null }
  /** Not sent; to be tried again at the instant. `counts`: as one of its attempts. */
  | {
      readonly kind: 'again';
      readonly dueAt: Date;
      readonly counts: boolean;
      readonly code: number | null;
      /** It was held back to shield the person: the next time it is given up. */
      readonly capped?: true;
    }
  | { readonly kind: 'skipped'; readonly reason: SkipReason; readonly code: number | null }
  /** The answer was lost: it may have been sent. */
  | { readonly kind: 'unconfirmed' }
);

/**
 * Writes down many answers at once. A status that has overtaken its answer stands; the answer then only adds what the
 * status could not say. What WhatsApp has not taken uses up none of the month's quota. Returns how many rows took theirs.
 */
export async function settleMessages(
  trx: TenantTransaction,
  { tenantId, campaignId, leaseToken }: Claim,
  results: readonly MessageResult[],
  now: Date,
): Promise<number> {
  const query = sql<{ id: string; sendingAt: Date | null; notTaken: boolean }>`
    with result as materialized (
      select ${tenantId}::uuid as tenant_id, ${campaignId}::uuid as campaign_id, answer.*
      from unnest(${results.map(({ id }) => id)}::uuid[], ${results.map(stateOf)}::text[],
                  ${results.map((result) => (result.kind === 'sent' ? result.providerMessageId : null))}::text[],
                  ${results.map((result) => ('code' in result ? result.code : null))}::integer[],
                  ${results.map((result) => (result.kind === 'skipped' ? result.reason : null))}::text[],
                  ${results.map((result) => (result.kind === 'again' ? result.dueAt : null))}::timestamptz[],
                  ${results.map((result) => (result.kind === 'again' && !result.counts ? 1 : 0))}::integer[],
                  ${results.map((result) => 'capped' in result)}::boolean[],
                  ${results.map((result) => 'heldBack' in result)}::boolean[])
           as answer (id, state, provider_message_id, code, reason, due_at, uncounted, capped, held_back)
    )
    update campaign_message message
    set state = case when message.state in ('sending', 'unconfirmed') then result.state else message.state end,
        -- One that is sent once more still bears the id of the time before.
        provider_message_id = case when message.state in ('sending', 'unconfirmed')
                                   then coalesce(result.provider_message_id, message.provider_message_id)
                                   else coalesce(message.provider_message_id, result.provider_message_id) end,
        sent_at = case when result.state = 'sent' then coalesce(message.sent_at, ${now}::timestamptz)
                       else message.sent_at end,
        failed_at = case when result.state = 'failed' then ${now}::timestamptz else message.failed_at end,
        error_code = coalesce(result.code, message.error_code),
        skip_reason = coalesce(result.reason, message.skip_reason),
        due_at = coalesce(result.due_at, message.due_at),
        attempts = message.attempts - result.uncounted,
        capped_at = case when result.capped then ${now}::timestamptz else message.capped_at end,
        -- A status that was faster has told that it goes out.
        held_back_at = case when message.state not in ('sending', 'unconfirmed') then message.held_back_at
                            when result.held_back then ${now}::timestamptz end,
        lease_token = case when result.state = 'queued' then null else message.lease_token end,
        lease_until = case when result.state = 'unconfirmed' then message.lease_until end
    from result
    where ${sameRow('result')} and message.lease_token = ${leaseToken}::uuid
      and (message.state in ('sending', 'unconfirmed') or result.state = 'sent')
    returning message.id, message.sending_at as "sendingAt", result.state in ('queued', 'failed', 'skipped') as "notTaken"`;
  const settled = await runPrepared(trx, { compile: () => query.compile(trx) });
  const notTaken = settled.flatMap((row) => (row.notTaken && row.sendingAt !== null ? [row.sendingAt] : []));
  if (notTaken.length > 0) await returnUsage(trx, { tenantId, markedAt: notTaken });
  return settled.length;
}

function stateOf({ kind }: MessageResult): string {
  return kind === 'again' ? 'queued' : kind;
}

/** Rows that were claimed and will not be sent now go back, to come at `dueAt` where that is given. */
export async function giveBack(
  trx: TenantTransaction,
  { tenantId, campaignId, leaseToken }: Omit<Claim, 'epoch'>,
  by: { readonly ids: readonly CampaignMessageId[] | 'all'; readonly dueAt?: Date },
): Promise<void> {
  await sql`
    update campaign_message
    set state = 'queued', lease_token = null, lease_until = null,
        due_at = coalesce(${by.dueAt ?? null}::timestamptz, due_at)
    where tenant_id = ${tenantId}::uuid and campaign_id = ${campaignId}::uuid and state = 'claimed'
      and lease_token = ${leaseToken}::uuid
      ${by.ids === 'all' ? sql`` : sql`and id = any(${by.ids}::uuid[])`}`.execute(trx);
}

/** Rows that were claimed and are to be sent nothing. */
export async function skipClaimed(
  trx: TenantTransaction,
  { tenantId, campaignId, leaseToken }: Claim,
  ids: readonly CampaignMessageId[],
  reason: SkipReason,
): Promise<void> {
  await sql`
    update campaign_message set state = 'skipped', skip_reason = ${reason}::text, lease_until = null
    where tenant_id = ${tenantId}::uuid and campaign_id = ${campaignId}::uuid and state = 'claimed'
      and lease_token = ${leaseToken}::uuid and id = any(${ids}::uuid[])`.execute(trx);
}
