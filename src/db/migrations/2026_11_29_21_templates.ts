import type { Kysely } from 'kysely';
import { confineToTenant, run } from './tenant-table.ts';

/** When each thing about a template was known, the files that it shows, and when its account was last read. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    -- Made at WhatsApp itself: nobody of ours has written it.
    alter table template alter column created_by drop not null;
    alter table template_version alter column created_by drop not null;

    alter table template
      -- WhatsApp's words for a rejection; its code is in rejection.
      add column rejection_detail text,
      -- As of when status, quality and category are known: older news changes nothing.
      add column status_at timestamptz,
      add column quality_at timestamptz,
      add column category_at timestamptz,
      add column deleted_at timestamptz,
      add constraint template_deleted check ((status = 'deleted') = (deleted_at is not null));

    -- The name of a deleted template can be given again.
    alter table template drop constraint template_tenant_id_waba_id_name_language_key;
    create unique index template_name on template (tenant_id, waba_id, name, language) where status <> 'deleted';

    -- The files that any version of a template shows: they are not swept.
    create table template_media (
      tenant_id uuid not null,
      template_id uuid not null,
      media_id uuid not null,
      primary key (tenant_id, template_id, media_id),
      foreign key (tenant_id, template_id) references template (tenant_id, id) on delete cascade,
      foreign key (tenant_id, media_id) references media (tenant_id, id)
    );
    create index template_media_of_file on template_media (tenant_id, media_id);

    -- When the templates of a WhatsApp business account are read next, by whichever process is first.
    create table template_sync (
      tenant_id uuid not null references tenant,
      waba_id text not null,
      due_at timestamptz not null,
      primary key (tenant_id, waba_id)
    );
    `,
  );
  for (const table of ['template_media', 'template_sync']) await confineToTenant(db, table);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    drop table template_sync, template_media;
    drop index template_name;
    alter table template no force row level security;
    alter table template_version no force row level security;
    delete from template where status = 'deleted' or created_by is null;
    delete from template_version where created_by is null;
    alter table template force row level security;
    alter table template_version force row level security;
    alter table template add unique (tenant_id, waba_id, name, language);
    alter table template
      drop constraint template_deleted,
      drop column rejection_detail,
      drop column status_at,
      drop column quality_at,
      drop column category_at,
      drop column deleted_at,
      alter column created_by set not null;
    alter table template_version alter column created_by set not null;
    `,
  );
}
