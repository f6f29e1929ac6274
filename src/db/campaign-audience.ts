import { type RawBuilder, sql } from 'kysely';
import { lastRanks, quotasOf } from '../domain/audience-share.ts';
import type { SkipReason } from '../domain/campaign-message.ts';
import { needsConsent } from '../domain/campaign-recipient.ts';
import type { AuthorId, CampaignId, ContactGroupId, TenantId } from '../domain/ids.ts';
import type { TemplateCategory } from '../domain/template.ts';
import { membership } from './audience.ts';
import type { TenantTransaction } from './tenant.ts';

/** Whom a campaign is for, and what decides whether each of them may be sent it. */
export interface Audience {
  /** Over `author`: whether somebody belongs to it, as its groups find at one instant. */
  readonly members: RawBuilder<boolean>;
  readonly needsConsent: boolean;
}

/** The audience of a campaign as its draft says; null: there is no such campaign. */
export async function selectAudience(
  trx: TenantTransaction,
  campaignId: CampaignId,
  now: Date,
): Promise<Audience | null> {
  const row = await trx
    .selectFrom('campaign')
    .select([
      'resend_of',
      sql<ContactGroupId[]>`array(select group_id from campaign_group where campaign_id = ${campaignId})`.as('groups'),
      sql<TemplateCategory[]>`array(
        select template.category from campaign_variant variant
        join template on template.tenant_id = variant.tenant_id and template.id = variant.template_id
        where variant.campaign_id = ${campaignId})`.as('categories'),
    ])
    .where('id', '=', campaignId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const members = row.resend_of === null ? await membership(trx, row.groups, now) : unreadBy(row.resend_of);
  return { members, needsConsent: needsConsent(row.categories) };
}

/** Everybody of the audience, once each: `id`, `country`, and `skip_reason`, which is null for who may be sent it. */
export function judgedAudience(audience: Audience): RawBuilder<JudgedAuthor> {
  return sql`
    select id, country, ${skipReason(audience)} as skip_reason
    from author
    where erased_at is null and (${audience.members})`;
}

export interface JudgedAuthor {
  readonly id: AuthorId;
  readonly country: string | null;
  readonly skip_reason: SkipReason | null;
}

/** Who was sent the message and has not read it: it is not known that those did whose send was never confirmed. */
function unreadBy(resendOf: CampaignId): RawBuilder<boolean> {
  return sql`author.id in (
    select author_id from campaign_message
    where campaign_id = ${resendOf} and state in ('sent', 'delivered') and replied_at is null
      and held_back_at is null)`;
}

/** `skipReasonOf` of `src/domain/campaign-recipient.ts`, in SQL. */
function skipReason(audience: Pick<Audience, 'needsConsent'>): RawBuilder<SkipReason | null> {
  const allowed = audience.needsConsent ? sql`consent = 'granted'` : sql`consent <> 'withdrawn'`;
  return sql`case
    when network <> 'whatsapp' or (phone is null and external_id is null) then 'no_number'
    when blocked_at is not null then 'blocked'
    when not (${allowed}) then 'no_consent' end`;
}

/** Whether the audience holds anybody who may be sent it. */
export async function hasRecipient(trx: TenantTransaction, audience: Audience): Promise<boolean> {
  const { rows } = await sql`
    select from (${judgedAudience(audience)}) judged where skip_reason is null limit 1`.execute(trx);
  return rows.length > 0;
}

/**
 * Takes the one snapshot of an audience: who belongs to it, who of them is sent nothing and why, and who gets which
 * variant. One statement sees all of them at one instant, however many there are. Returns how many people it holds.
 */
export async function takeSnapshot(
  trx: TenantTransaction,
  { tenantId, campaignId, now }: { tenantId: TenantId; campaignId: CampaignId; now: Date },
): Promise<number> {
  const audience = await selectAudience(trx, campaignId, now);
  if (audience === null) throw new Error('there is no such campaign');
  const rank = await rankIn(trx, campaignId);
  // Where everybody is sorted, then in memory, not on disk.
  await sql`select set_config('work_mem', '128MB', true)`.execute(trx);
  const { rows } = await sql<{ people: number; sendable: number }>`
    with taken as (
      insert into campaign_audience (tenant_id, campaign_id, place, author_id, skip_reason, rank)
      select ${tenantId}::uuid, ${campaignId}::uuid, row_number() over (order by id), id, skip_reason,
             case when skip_reason is null then ${rank} end
      from (${judgedAudience(audience)}) judged
      returning rank
    )
    select count(*)::integer as people, count(rank)::integer as sendable from taken`.execute(trx);
  const { people = 0, sendable = 0 } = rows[0] ?? {};
  await splitOverVariants(trx, campaignId, sendable);
  await trx
    .updateTable('campaign')
    .set({ frozen_at: now, recipients: people, frozen_through: null })
    .where('id', '=', campaignId)
    .execute();
  return people;
}

/**
 * Somebody's rank among those who are sent something, which decides over their variant. The order of hashes belongs to
 * this campaign: nobody gets the first variant of them all. Of a single variant the rank decides nothing, and sorting a
 * million people by it would be half of the work.
 */
async function rankIn(trx: TenantTransaction, campaignId: CampaignId): Promise<RawBuilder<number>> {
  const { variants } = await trx
    .selectFrom('campaign_variant')
    .select(({ fn }) => fn.countAll<string>().as('variants'))
    .where('campaign_id', '=', campaignId)
    .executeTakeFirstOrThrow();
  if (Number(variants) < 2) return sql`1`;
  const hash = sql`uuid_hash_extended(id, uuid_hash_extended(${campaignId}::uuid, 0))`;
  return sql`row_number() over (partition by skip_reason is null order by ${hash}, id)`;
}

async function splitOverVariants(trx: TenantTransaction, campaignId: CampaignId, people: number): Promise<void> {
  const shares = await trx
    .selectFrom('campaign_variant')
    .select(['key', 'share'])
    .where('campaign_id', '=', campaignId)
    .execute();
  for (const { key, lastRank } of lastRanks(quotasOf(shares, people))) {
    await trx
      .updateTable('campaign_variant')
      .set({ last_rank: lastRank })
      .where('campaign_id', '=', campaignId)
      .where('key', '=', key)
      .execute();
  }
}
