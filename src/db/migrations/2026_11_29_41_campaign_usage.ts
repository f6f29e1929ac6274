import type { Kysely } from 'kysely';
import { confineToTenant, run } from './tenant-table.ts';

/** How many messages of campaigns a tenant has sent in a month, and what it may have: in doubt or on its way. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `create table campaign_usage (
       tenant_id uuid not null references tenant,
       -- Of the tenant's zone: 2026-11.
       month text not null check (month ~ '^[0-9]{4}-[0-9]{2}$'),
       messages integer not null,
       primary key (tenant_id, month)
     ) with (fillfactor = 50);
     create index campaign_message_unconfirmed on campaign_message (tenant_id, campaign_id)
       where state = 'unconfirmed'`,
  );
  await confineToTenant(db, 'campaign_usage', { rights: 'select, insert, update' });
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(db, `drop index campaign_message_unconfirmed; drop table campaign_usage`);
}
