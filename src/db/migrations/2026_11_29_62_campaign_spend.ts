import type { Kysely } from 'kysely';
import { confineToTenant, run } from './tenant-table.ts';

/** What a campaign with a cost cap has spent at most, so that its ledger need not be added up for every claim. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `create table campaign_spend (
       tenant_id uuid not null,
       campaign_id uuid not null,
       -- In the campaign's currency; null: not counted yet.
       at_most numeric(14, 6),
       primary key (tenant_id, campaign_id),
       foreign key (tenant_id, campaign_id) references campaign (tenant_id, id) on delete cascade
     ) with (fillfactor = 50)`,
  );
  await confineToTenant(db, 'campaign_spend', { rights: 'select, insert, update, delete' });
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(db, `drop table campaign_spend`);
}
