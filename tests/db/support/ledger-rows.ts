import { randomUUID } from 'node:crypto';
import type { Insertable } from 'kysely';
import type { Database } from '../../../src/db/schema.ts';
import type { TenantTransaction } from '../../../src/db/tenant.ts';
import type { AuthorId, CampaignId, CampaignMessageId } from '../../../src/domain/ids.ts';
import type { OneRowPerTable } from './one-row-per-table.ts';

type LedgerRow = Insertable<Database['campaign_message']>;

/** One more recipient of a tenant's campaign, or of another campaign; sent, unless told otherwise. */
export async function insertRecipient(
  trx: TenantTransaction,
  tenant: OneRowPerTable,
  changes: Partial<LedgerRow> = {},
): Promise<{ campaignId: CampaignId; id: CampaignMessageId; authorId: AuthorId; providerId: string }> {
  const authorId = changes.author_id ?? (await insertAuthor(trx, tenant));
  const row: LedgerRow = {
    ...tenant.campaign_message,
    id: randomUUID() as CampaignMessageId,
    author_id: authorId,
    state: 'sent',
    sent_at: new Date('2026-11-29T09:00:00Z'),
    provider_message_id: `wamid.${randomUUID()}`,
    ...changes,
  };
  await trx.insertInto('campaign_message').values(row).execute();
  return { campaignId: row.campaign_id, id: row.id, authorId, providerId: row.provider_message_id ?? '' };
}

/** One more author with a number of their own. */
export async function insertAuthor(
  trx: TenantTransaction,
  { author }: OneRowPerTable,
  changes: Partial<Insertable<Database['author']>> = {},
): Promise<AuthorId> {
  const id = randomUUID() as AuthorId;
  await trx
    .insertInto('author')
    .values({ ...author, id, phone: randomPhone(), ...changes })
    .execute();
  return id;
}

/** One more campaign, running. */
export async function insertCampaign(trx: TenantTransaction, { campaign }: OneRowPerTable): Promise<CampaignId> {
  const id = randomUUID() as CampaignId;
  await trx
    .insertInto('campaign')
    .values({ ...campaign, id })
    .execute();
  return id;
}

/** An Italian mobile number that no other test has. */
export function randomPhone(): string {
  return `+39347${String(Math.floor(Math.random() * 10_000_000)).padStart(7, '0')}`;
}
