import { sql } from 'kysely';
import { cardFor, fromMicros, type Micros, priceOf, priceRange, type RateCard, toMicros } from '../domain/rate-card.ts';
import type { TemplateCategory } from '../domain/template.ts';
import type { CampaignKey } from './campaign-ledger.ts';
import type { TenantTransaction } from './tenant.ts';

/** How many messages a campaign's cost cap lets it claim now, and how many that it has claimed have not left yet. */
export interface CostRoom {
  readonly messages: number;
  readonly claimed: number;
}

/**
 * Takes room for at most `most` messages under the cost cap; null: there is none to keep. Each further message counts as
 * the dearest that the card knows of its templates' categories, so that the cap is never passed. What was told of costs
 * counts as told, what is on its way as the card says, and as the dearest where it says nothing. Where no price is known
 * at all nothing may be claimed. Others who claim for the same campaign wait until this transaction ends.
 */
export async function takeCostRoom(
  trx: TenantTransaction,
  key: CampaignKey,
  { most, now }: { readonly most: number; readonly now: Date },
): Promise<CostRoom | null> {
  const { costCap, currency } = await readCap(trx, key);
  if (costCap === null) return null;
  const card = cardFor(currency, now);
  const dearest = card === null ? null : dearestOf(card, await categoriesOf(trx, key));
  if (card === null || dearest === null) return { messages: 0, claimed: 0 };
  const cap = toMicros(costCap);
  const before = await lockSpend(trx, key);
  if (before !== null && before + BigInt(most) * dearest <= cap) {
    await noteSpend(trx, key, before + BigInt(most) * dearest);
    return { messages: most, claimed: 0 };
  }
  // The bound has been reached: what was really spent may be far less.
  const { spent, claimed } = await countSpent(trx, key, card);
  const left = cap > spent ? Number((cap - spent) / dearest) : 0;
  const messages = Math.min(most, left);
  await noteSpend(trx, key, spent + BigInt(messages) * dearest);
  return { messages, claimed };
}

async function readCap(trx: TenantTransaction, { tenantId, campaignId }: CampaignKey) {
  const row = await trx
    .selectFrom('campaign')
    .select(['cost_cap', 'currency'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', campaignId)
    .executeTakeFirst();
  return { costCap: row?.cost_cap ?? null, currency: row?.currency ?? '' };
}

async function categoriesOf(
  trx: TenantTransaction,
  { tenantId, campaignId }: CampaignKey,
): Promise<readonly TemplateCategory[]> {
  const rows = await trx
    .selectFrom('campaign_variant')
    .innerJoin('template', (join) =>
      join
        .onRef('template.tenant_id', '=', 'campaign_variant.tenant_id')
        .onRef('template.id', '=', 'campaign_variant.template_id'),
    )
    .select('template.category')
    .where('campaign_variant.tenant_id', '=', tenantId)
    .where('campaign_variant.campaign_id', '=', campaignId)
    .execute();
  return rows.map(({ category }) => category);
}

/** Null: one of the categories has no price anywhere, and so nothing can be said of it. */
function dearestOf(card: RateCard, categories: readonly TemplateCategory[]): Micros | null {
  const highs = categories.map((category) => priceRange(card, category)?.high ?? null);
  return highs.reduce((most, high) => (most === null || high === null ? null : high > most ? high : most), 0n);
}

/** The bound as it was left; null: nothing was counted yet. */
async function lockSpend(trx: TenantTransaction, { tenantId, campaignId }: CampaignKey): Promise<Micros | null> {
  const { rows } = await sql<{ at_most: string | null }>`
    insert into campaign_spend (tenant_id, campaign_id) values (${tenantId}::uuid, ${campaignId}::uuid)
    on conflict (tenant_id, campaign_id) do update set at_most = campaign_spend.at_most
    returning at_most`.execute(trx);
  const atMost = rows[0]?.at_most ?? null;
  return atMost === null ? null : toMicros(atMost);
}

async function noteSpend(trx: TenantTransaction, { tenantId, campaignId }: CampaignKey, atMost: Micros): Promise<void> {
  await trx
    .updateTable('campaign_spend')
    .set({ at_most: fromMicros(atMost) })
    .where('tenant_id', '=', tenantId)
    .where('campaign_id', '=', campaignId)
    .execute();
}

interface Spent {
  readonly country: string | null;
  readonly category: TemplateCategory;
  readonly cost: string;
  /** Of which nothing is told yet. */
  readonly unknown: number;
  readonly claimed: number;
}

/** Adds up the whole ledger, by country and category. */
async function countSpent(trx: TenantTransaction, { tenantId, campaignId }: CampaignKey, card: RateCard) {
  const { rows } = await sql<Spent>`
    select author.country, template.category, coalesce(sum(message.cost), 0)::text as cost,
           (count(*) filter (where message.cost is null))::integer as unknown,
           (count(*) filter (where message.state = 'claimed'))::integer as claimed
    from campaign_message message
    join campaign_variant variant on variant.tenant_id = message.tenant_id
      and variant.campaign_id = message.campaign_id and variant.key = message.variant
    join template on template.tenant_id = variant.tenant_id and template.id = variant.template_id
    join author on author.tenant_id = message.tenant_id and author.id = message.author_id
    where message.tenant_id = ${tenantId}::uuid and message.campaign_id = ${campaignId}::uuid
      and message.state in ('claimed', 'sending', 'unconfirmed', 'sent', 'delivered', 'read')
    group by author.country, template.category`.execute(trx);
  const spent = rows.reduce<Micros>((sum, { country, category, cost, unknown }) => {
    const price = priceOf(card, country, category) ?? priceRange(card, category)?.high ?? 0n;
    return sum + toMicros(cost) + BigInt(unknown) * price;
  }, 0n);
  return { spent, claimed: rows.reduce((sum, row) => sum + row.claimed, 0) };
}
