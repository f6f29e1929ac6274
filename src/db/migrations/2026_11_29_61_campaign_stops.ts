import type { Kysely } from 'kysely';
import { run } from './tenant-table.ts';

/** Why WhatsApp lets a campaign send nothing from a number, and whom it has shielded from a campaign before. */
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
     -- Once; the second time they are sent nothing more by this campaign.
     alter table campaign_message add column capped_at timestamptz`,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `alter table campaign_message drop column capped_at;
     alter table campaign_number
       drop column stopped_for, drop column stopped_code, drop column stopped_at, drop column asked_at`,
  );
}
