import { sql } from 'kysely';
import { cardFor, type Micros, priceOf, priceRange, toMicros } from '../domain/rate-card.ts';
import type { TemplateCategory } from '../domain/template.ts';
import type { CampaignKey } from './campaign-ledger.ts';
import type { TenantTransaction } from './tenant.ts';

/** How many messages a campaign's cost cap still lets it claim, and how many that it has claimed have not left yet. */
export interface CostRoom {
  readonly messages: number;
  readonly claimed: number;
}

/**
 * Reads it; null: there is no cap, or no price is known that it could be held against. What was told of costs counts as
 * told, and what is on its way as the card says; countries without a price count nothing. Each further message counts as
 * the dearest of the card, so that the cap is not passed.
 */
export async function readCostRoom(trx: TenantTransaction, key: CampaignKey, now: Date): Promise<CostRoom | null> {
  const campaign = await trx
    .selectFrom('campaign')
    .select(['cost_cap', 'currency'])
    .where('tenant_id', '=', key.tenantId)
    .where('id', '=', key.campaignId)
    .executeTakeFirst();
  const card = campaign === undefined ? null : cardFor(campaign.currency, now);
  const cap = campaign?.cost_cap ?? null;
  if (card === null || cap === null) return null;
  const rows = await spentBy(trx, key);
  const dearest = rows.reduce<Micros>((most, { category }) => {
    const high = priceRange(card, category)?.high ?? 0n;
    return high > most ? high : most;
  }, 0n);
  if (dearest === 0n) return null;
  const spent = rows.reduce<Micros>((sum, { country, category, cost, unknown }) => {
    return sum + toMicros(cost) + BigInt(unknown) * (priceOf(card, country, category) ?? 0n);
  }, 0n);
  const left = toMicros(cap) - spent;
  const claimed = rows.reduce((sum, row) => sum + row.claimed, 0);
  return { messages: left > 0n ? Number(left / dearest) : 0, claimed };
}

interface Spent {
  readonly country: string | null;
  readonly category: TemplateCategory;
  readonly cost: string;
  /** Of which nothing is told yet. */
  readonly unknown: number;
  readonly claimed: number;
}

/** By country and category, with a row for each variant that nothing has left of yet. */
async function spentBy(trx: TenantTransaction, { tenantId, campaignId }: CampaignKey): Promise<readonly Spent[]> {
  const { rows } = await sql<Spent>`
    select author.country, template.category, coalesce(sum(message.cost), 0)::text as cost,
           (count(message.id) filter (where message.cost is null))::integer as unknown,
           (count(message.id) filter (where message.state = 'claimed'))::integer as claimed
    from campaign_variant variant
    join template on template.tenant_id = variant.tenant_id and template.id = variant.template_id
    left join campaign_message message on message.tenant_id = variant.tenant_id
      and message.campaign_id = variant.campaign_id and message.variant = variant.key
      and message.state in ('claimed', 'sending', 'unconfirmed', 'sent', 'delivered', 'read')
    left join author on author.tenant_id = message.tenant_id and author.id = message.author_id
    where variant.tenant_id = ${tenantId}::uuid and variant.campaign_id = ${campaignId}::uuid
    group by author.country, template.category`.execute(trx);
  return rows;
}
