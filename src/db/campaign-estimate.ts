import { sql } from 'kysely';
import type { SkipReason } from '../domain/campaign-message.ts';
import { usualRatePerS } from '../domain/campaign-plan.ts';
import type { CampaignId, ConnectionId } from '../domain/ids.ts';
import { type Audience, judgedAudience } from './campaign-audience.ts';
import type { TenantTransaction } from './tenant.ts';

/** An audience as it is now. A group of people counts once, whatever groups of contacts they are in. */
export interface EstimatedAudience {
  readonly total: number;
  readonly reachable: number;
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
  /** Of those who may be sent it, the most first. */
  readonly countries: readonly { readonly country: string | null; readonly count: number }[];
}

export async function countAudience(trx: TenantTransaction, audience: Audience): Promise<EstimatedAudience> {
  const { rows } = await sql<{ country: string | null; skip_reason: SkipReason | null; count: number }>`
    select country, skip_reason, count(*)::integer as count
    from (${judgedAudience(audience)}) judged
    group by country, skip_reason
    order by count desc, country`.execute(trx);
  const skipped: Partial<Record<SkipReason, number>> = {};
  for (const { skip_reason: reason, count } of rows) {
    if (reason !== null) skipped[reason] = (skipped[reason] ?? 0) + count;
  }
  const reached = rows.filter(({ skip_reason: reason }) => reason === null);
  const sum = (counts: readonly { count: number }[]) => counts.reduce((total, { count }) => total + count, 0);
  return {
    total: sum(rows),
    reachable: sum(reached),
    skipped,
    countries: reached.map(({ country, count }) => ({ country, count })),
  };
}

/** How many messages each of the campaign's numbers may send in a second, as far as is known. */
export async function selectNumberRates(
  trx: TenantTransaction,
  campaignId: CampaignId,
): Promise<readonly { readonly connectionId: ConnectionId; readonly ratePerS: number }[]> {
  const rows = await trx
    .selectFrom('campaign_number as number')
    .leftJoin('sender_bucket as bucket', 'bucket.connection_id', 'number.connection_id')
    .select(['number.connection_id', 'bucket.limit_per_s'])
    .where('number.campaign_id', '=', campaignId)
    .orderBy('number.connection_id')
    .execute();
  return rows.map(({ connection_id: connectionId, limit_per_s: limit }) => ({
    connectionId,
    ratePerS: limit ?? usualRatePerS,
  }));
}
