import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/**
 * Why WhatsApp lets a campaign send nothing from a number, whom it has shielded from a campaign before, and which messages
 * it has taken and holds back.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `alter table campaign_number
       add column stopped_for text check (stopped_for in ('token', 'permission', 'payment', 'restricted', 'number')),
       add column stopped_code integer,
       add column stopped_at timestamptz,
       -- When WhatsApp was last asked whether it is over.
       add column asked_at timestamptz,
       add check ((stopped_for is null) = (stopped_at is null));
     alter table campaign_message
       -- Once; the second time they are sent nothing more by this campaign.
       add column capped_at timestamptz,
       -- WhatsApp has taken it and waits to see what people make of its template; null again once it tells anything.
       add column held_back_at timestamptz;
     create index campaign_message_held_back on campaign_message (tenant_id, campaign_id)
       where held_back_at is not null`,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `alter table campaign_message drop column capped_at, drop column held_back_at;
     alter table campaign_number
       drop column stopped_for, drop column stopped_code, drop column stopped_at, drop column asked_at`,
  );
}
