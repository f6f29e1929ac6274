import type { Kysely } from 'kysely';
import { confineToTenant, run } from './tenant-table.ts';

/** Uploaded files, immutable and addressed by their sha256, with the renditions that networks need. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table media (
      tenant_id uuid not null references tenant,
      id uuid not null,
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      mime_type text not null,
      bytes bigint not null check (bytes > 0),
      width_px integer not null check (width_px > 0),
      height_px integer not null check (height_px > 0),
      file_name text not null,
      alt_text text,
      created_by uuid not null,
      created_at timestamptz not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, created_by) references tenant_member (tenant_id, user_id)
    );
    create index media_by_hash on media (tenant_id, sha256);

    create table media_rendition (
      tenant_id uuid not null,
      media_id uuid not null,
      kind text not null check (kind in ('jpeg')),
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      mime_type text not null,
      bytes bigint not null check (bytes > 0),
      width_px integer not null,
      height_px integer not null,
      primary key (tenant_id, media_id, kind),
      foreign key (tenant_id, media_id) references media (tenant_id, id) on delete cascade
    );
    `,
  );
  await confineToTenant(db, 'media');
  await confineToTenant(db, 'media_rendition');
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(db, `drop table media_rendition, media;`);
}
