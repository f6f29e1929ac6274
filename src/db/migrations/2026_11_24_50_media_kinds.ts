import type { Kysely } from 'kysely';
import { confineToTenant, run } from './tenant-table.ts';

/**
 * Films and documents beside images, a thumbnail of each picture, uploads that come bit by bit, and one row for every
 * file in the store, written before the file is: nothing lies there that no row knows.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table stored_file (
      tenant_id uuid not null references tenant,
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      -- When an upload last said that it needs the file; only much later may a sweep find that nothing does.
      claimed_at timestamptz not null,
      primary key (tenant_id, sha256)
    );
    create index stored_file_by_claim on stored_file (tenant_id, claimed_at);

    -- The owner is bound by the policies too, and this is about the rows of all tenants.
    alter table media no force row level security;
    alter table media_rendition no force row level security;
    insert into stored_file (tenant_id, sha256, claimed_at)
      select tenant_id, sha256, max(created_at) from (
        select tenant_id, sha256, created_at from media
        union all
        select rendition.tenant_id, rendition.sha256, media.created_at
        from media_rendition rendition
        join media on media.tenant_id = rendition.tenant_id and media.id = rendition.media_id
      ) known group by tenant_id, sha256;

    alter table media
      add column kind text not null default 'image' check (kind in ('image', 'video', 'document')),
      alter column width_px drop not null,
      alter column height_px drop not null,
      add column frames integer check (frames > 0),
      add column duration_ms integer check (duration_ms > 0),
      add column video_codec text,
      add column audio_codec text,
      add column frames_per_second double precision check (frames_per_second > 0),
      add column pages integer check (pages > 0);
    update media set frames = 1;
    -- The defaults are for the release before this one, which may still run beside it and knows images only.
    alter table media
      alter column frames set default 1,
      add constraint media_facts_of_kind check (case kind
        when 'image' then num_nulls(width_px, height_px, frames) = 0
          and num_nonnulls(duration_ms, video_codec, audio_codec, frames_per_second, pages) = 0
        when 'video' then num_nulls(width_px, height_px, duration_ms, video_codec) = 0
          and num_nonnulls(frames, pages) = 0
        else num_nulls(pages) = 0
          and num_nonnulls(width_px, height_px, frames, duration_ms, video_codec, audio_codec, frames_per_second) = 0
      end),
      add foreign key (tenant_id, sha256) references stored_file (tenant_id, sha256);
    alter table media_rendition
      drop constraint media_rendition_kind_check,
      add constraint media_rendition_kind_check check (kind in ('jpeg', 'thumbnail')),
      add foreign key (tenant_id, sha256) references stored_file (tenant_id, sha256);
    -- For the release before this one too: it names files that it has not claimed.
    create function claim_stored_file() returns trigger language plpgsql as $$
    begin
      insert into stored_file (tenant_id, sha256, claimed_at) values (new.tenant_id, new.sha256, now())
        on conflict do nothing;
      return new;
    end $$;
    create trigger media_claims_its_file before insert on media
      for each row execute function claim_stored_file();
    create trigger media_rendition_claims_its_file before insert on media_rendition
      for each row execute function claim_stored_file();
    create index media_rendition_by_hash on media_rendition (tenant_id, sha256);
    alter table media force row level security;
    alter table media_rendition force row level security;

    create table media_upload (
      tenant_id uuid not null references tenant,
      id uuid not null,
      file_name text not null,
      alt_text text,
      length bigint not null check (length > 0),
      received bigint not null default 0 check (received between 0 and length),
      -- The ids of the stored pieces in their order: all of one size, but the last.
      pieces jsonb not null default '[]',
      -- The request that may add to it: the latest one. Whoever was there before finds another name here and stops.
      writer uuid,
      media_id uuid,
      created_by uuid not null,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, created_by) references tenant_member (tenant_id, user_id),
      foreign key (tenant_id, media_id) references media (tenant_id, id) on delete cascade
    );
    create index media_upload_by_expiry on media_upload (tenant_id, expires_at);
    create index media_upload_by_media on media_upload (tenant_id, media_id) where media_id is not null;
    `,
  );
  await confineToTenant(db, 'stored_file');
  await confineToTenant(db, 'media_upload');
  await run(
    db,
    `
    -- Which tenants there are, so that a sweep can go from one to the next, each within its own walls.
    grant select (id) on tenant to chorally_system;
    create policy sweep on tenant for select to chorally_system using (true);
    `,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    drop policy sweep on tenant;
    revoke select (id) on tenant from chorally_system;
    drop table media_upload;
    drop trigger media_claims_its_file on media;
    drop trigger media_rendition_claims_its_file on media_rendition;
    drop function claim_stored_file;
    alter table media no force row level security;
    alter table media_rendition no force row level security;
    alter table post_revision_media no force row level security;
    delete from post_revision_media where media_id in (select id from media where kind <> 'image');
    delete from media_rendition where kind <> 'jpeg'
      or media_id in (select id from media where kind <> 'image');
    delete from media where kind <> 'image';
    alter table media_rendition
      drop constraint media_rendition_kind_check,
      add constraint media_rendition_kind_check check (kind in ('jpeg')),
      drop constraint media_rendition_tenant_id_sha256_fkey;
    drop index media_rendition_by_hash;
    alter table media
      drop constraint media_facts_of_kind,
      drop constraint media_tenant_id_sha256_fkey,
      drop column kind, drop column frames, drop column duration_ms, drop column video_codec,
      drop column audio_codec, drop column frames_per_second, drop column pages,
      alter column width_px set not null,
      alter column height_px set not null;
    alter table media force row level security;
    alter table media_rendition force row level security;
    alter table post_revision_media force row level security;
    drop table stored_file;
    `,
  );
}
