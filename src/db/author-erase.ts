import { sql } from 'kysely';
import type { AuthorId, TenantId } from '../domain/ids.ts';
import { newId } from '../platform/new-id.ts';
import type { TenantTransaction } from './tenant.ts';

/**
 * Erases an author with everything said with them and agreed to. Campaigns keep their counts: what the ledger holds
 * passes to a row of which nothing is known, and whose id leads nowhere. Call it with the author locked.
 */
export async function eraseAuthor(
  trx: TenantTransaction,
  { tenantId, id, now }: { tenantId: TenantId; id: AuthorId; now: Date },
): Promise<void> {
  const stranger = newId<AuthorId>();
  await sql`
    insert into author (tenant_id, id, network, created_at, updated_at, erased_at)
    select ${tenantId}::uuid, ${stranger}::uuid, 'whatsapp', ${now}::timestamptz, ${now}::timestamptz,
           ${now}::timestamptz
    where exists (select from campaign_message where author_id = ${id}::uuid)`.execute(trx);
  await trx.updateTable('campaign_message').set({ author_id: stranger }).where('author_id', '=', id).execute();
  await trx.deleteFrom('author').where('id', '=', id).execute();
}
