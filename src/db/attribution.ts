import { sql } from 'kysely';
import type { AuthorId, CampaignId, CampaignMessageId } from '../domain/ids.ts';
import type { TenantTransaction } from './tenant.ts';

/** A campaign's message to somebody. */
export interface Attributed {
  readonly campaignId: CampaignId;
  readonly id: CampaignMessageId;
}

const usualHours = 72;
/** WhatsApp's clock, which times what people write, and ours, which may time what we sent. */
const clockDifferenceMs = 60_000;

/**
 * The campaign's message that somebody answers: the one that they quote; else the latest that was sent to them within
 * the tenant's hours. Who quotes something else that we wrote answers that.
 */
export async function attribute(
  trx: TenantTransaction,
  { authorId, quotes, at }: { authorId: AuthorId; quotes: string | null; at: Date },
): Promise<Attributed | null> {
  if (quotes !== null) {
    const quoted = await selectQuoted(trx, quotes);
    if (quoted !== 'unknown') return quoted;
  }
  return selectLatest(trx, authorId, at);
}

async function selectQuoted(trx: TenantTransaction, quotes: string): Promise<Attributed | null | 'unknown'> {
  const row = await trx
    .selectFrom('campaign_message')
    .select(['campaign_id', 'id'])
    .where('provider_message_id', '=', quotes)
    .executeTakeFirst();
  if (row !== undefined) return { campaignId: row.campaign_id, id: row.id };
  const reply = await trx
    .selectFrom('message')
    .select('id')
    .where('provider_message_id', '=', quotes)
    .where('direction', '=', 'outbound')
    .executeTakeFirst();
  return reply === undefined ? 'unknown' : null;
}

/** The latest campaign's message that somebody may be answering without quoting it. */
export async function selectLatest(trx: TenantTransaction, authorId: AuthorId, at: Date): Promise<Attributed | null> {
  const row = await trx
    .selectFrom('campaign_message')
    .select(['campaign_id', 'id'])
    .where('author_id', '=', authorId)
    .where('state', 'in', ['sent', 'delivered', 'read'])
    .where('sent_at', '<=', new Date(at.getTime() + clockDifferenceMs))
    .where(
      sql<boolean>`sent_at >= ${at}::timestamptz - make_interval(hours => coalesce(
        (select attribution_hours from campaign_setting), ${usualHours}))`,
    )
    .orderBy('sent_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : { campaignId: row.campaign_id, id: row.id };
}

/** What somebody's message means to the campaign that it answers. */
export interface Effects {
  readonly replied: boolean;
  readonly clicked: boolean;
  readonly optedOut: boolean;
}

/** Writes into the ledger that somebody has answered; of several answers the first one's time stays. */
export async function recordEffects(
  trx: TenantTransaction,
  { campaignId, id }: Attributed,
  { effects, at }: { effects: Effects; at: Date },
): Promise<void> {
  const { replied, clicked, optedOut } = effects;
  if (!replied && !clicked && !optedOut) return;
  // `least` passes over nulls.
  const first = (column: 'replied_at' | 'clicked_at' | 'opted_out_at') =>
    sql<Date>`least(${sql.ref(column)}, ${at}::timestamptz)`;
  await trx
    .updateTable('campaign_message')
    .set({
      ...(replied ? { replied_at: first('replied_at') } : {}),
      ...(clicked ? { clicked_at: first('clicked_at') } : {}),
      ...(optedOut ? { opted_out_at: first('opted_out_at') } : {}),
    })
    .where('campaign_id', '=', campaignId)
    .where('id', '=', id)
    .execute();
}
