import type { Kysely } from 'kysely';
import type { CampaignId, CampaignMessageId, TenantId } from '../domain/ids.ts';
import type { Database } from './schema.ts';
import { readTenant, type TenantTransaction } from './tenant.ts';

const rowsAtOnce = 5_000;

/**
 * The ledger of a campaign in the order of its audience, a few thousand rows at a time: each time in a short transaction of
 * its own, so that a slow reader holds no connection.
 */
export async function* ledgerOf(
  db: Kysely<Database>,
  { tenantId, campaignId }: { readonly tenantId: TenantId; readonly campaignId: CampaignId },
): AsyncGenerator<readonly LedgerRow[]> {
  let after: CampaignMessageId | null = null;
  for (;;) {
    const rows: readonly LedgerRow[] = await readTenant(db, tenantId, (trx) => selectLedger(trx, campaignId, after));
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsAtOnce) return;
    after = last.id;
  }
}

export type LedgerRow = Awaited<ReturnType<typeof selectLedger>>[number];

function selectLedger(trx: TenantTransaction, campaignId: CampaignId, after: CampaignMessageId | null) {
  return trx
    .selectFrom('campaign_message as entry')
    .innerJoin('author', (join) =>
      join.onRef('author.tenant_id', '=', 'entry.tenant_id').onRef('author.id', '=', 'entry.author_id'),
    )
    .select([
      'entry.id',
      'author.id as author_id',
      'author.phone',
      'author.name',
      'author.country',
      'variant',
      'state',
      'skip_reason',
      'error_code',
      'due_at',
      'sent_at',
      'delivered_at',
      'read_at',
      'failed_at',
      'replied_at',
      'clicked_at',
      'opted_out_at',
      'cost',
    ])
    .where('campaign_id', '=', campaignId)
    .$if(after !== null, (query) => query.where('entry.id', '>', after))
    .orderBy('entry.id')
    .limit(rowsAtOnce)
    .execute();
}
