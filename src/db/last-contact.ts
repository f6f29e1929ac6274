import { type RawBuilder, sql } from 'kysely';

/**
 * When either side last wrote, for a row of `author`; null: nobody ever has. Campaigns write to too many people to note it
 * with each of them: their ledger knows. By its index, one look for each author.
 */
export const lastContactOf: RawBuilder<Date | null> = sql`greatest(author.last_contact_at, (
  select entry.sent_at from campaign_message entry
  where entry.tenant_id = author.tenant_id and entry.author_id = author.id and entry.sent_at is not null
  order by entry.sent_at desc limit 1))`;
