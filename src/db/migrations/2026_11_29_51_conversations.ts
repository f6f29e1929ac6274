import type { Kysely } from 'kysely';
import { confineToTenant, run } from './tenant-table.ts';

/** Answers are sent once, threads are listed newest first, and a campaign's progress is told now and then. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    -- The command that an outbound message comes from: repeated, it finds the message and sends nothing.
    alter table message add column command_id text;
    create unique index message_by_command on message (tenant_id, command_id) where command_id is not null;
    create index thread_of_author on thread (tenant_id, author_id, last_message_at desc, id desc);

    -- When a campaign's progress may be told again.
    create table campaign_progress (
      tenant_id uuid not null,
      campaign_id uuid not null,
      next_at timestamptz not null,
      primary key (tenant_id, campaign_id),
      foreign key (tenant_id, campaign_id) references campaign (tenant_id, id) on delete cascade
    ) with (fillfactor = 50);
    `,
  );
  await confineToTenant(db, 'campaign_progress');
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `drop table campaign_progress;
     drop index thread_of_author;
     alter table message drop column command_id`,
  );
}
