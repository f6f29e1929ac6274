import type { Kysely } from 'kysely';
import { confineToTenant, run } from './tenant-table.ts';

/**
 * An erased author leaves, where campaigns count them, a row of which nothing is known. An import says why it has
 * failed, and keeps the rows that it refused until their file is written.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    alter table author add column erased_at timestamptz;
    alter table author drop constraint author_check;
    alter table author add constraint author_known
      check (external_id is not null or phone is not null or erased_at is not null);
    alter table contact_import add column error_code text;

    create table contact_import_refusal (
      tenant_id uuid not null,
      import_id uuid not null,
      -- Of the file, its header not counted; the first is 1.
      row_number integer not null,
      reason text not null,
      cells jsonb not null,
      primary key (tenant_id, import_id, row_number),
      foreign key (tenant_id, import_id) references contact_import (tenant_id, id) on delete cascade
    );
    `,
  );
  await confineToTenant(db, 'contact_import_refusal', { rights: 'select, insert, delete' });
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `drop table contact_import_refusal;
     alter table contact_import drop column error_code;
     alter table author drop constraint author_known;
     alter table author drop column erased_at;
     alter table author add constraint author_check check (external_id is not null or phone is not null);`,
  );
}
