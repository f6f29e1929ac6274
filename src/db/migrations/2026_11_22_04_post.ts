import type { Kysely } from 'kysely';
import { confineToTenant, run } from './tenant-table.ts';

/** Posts, their immutable revisions, one target per connection, and the row that decides who may publish. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table post (
      tenant_id uuid not null references tenant,
      id uuid not null,
      status text not null check (status in ('draft', 'in_review', 'changes_requested', 'rejected', 'approved',
        'scheduled', 'publishing', 'published', 'partially_published', 'failed', 'expired', 'cancelled')),
      revision_id uuid not null,
      scheduled_at timestamptz,
      missed_slot boolean not null default false,
      attention boolean not null default false,
      -- Changes whenever anything the caller sees changes: the entity tag.
      version integer not null default 1,
      -- Which process run owns the row, and how far that run's writes have come: a repeated write is seen as one.
      run integer not null default 0,
      run_seq integer not null default 0,
      created_by uuid not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      published_at timestamptz,
      primary key (tenant_id, id),
      foreign key (tenant_id, created_by) references tenant_member (tenant_id, user_id)
    );
    create index post_by_status on post (tenant_id, status, id desc);
    create index post_by_author on post (tenant_id, created_by, id desc);
    create index post_by_slot on post (tenant_id, scheduled_at) where scheduled_at is not null;

    create table post_revision (
      tenant_id uuid not null,
      id uuid not null,
      post_id uuid not null,
      number integer not null check (number > 0),
      content jsonb not null,
      content_hash text not null check (content_hash ~ '^[0-9a-f]{64}$'),
      -- Every text of the content, for the search.
      search_text text not null,
      author_id uuid not null,
      created_at timestamptz not null,
      primary key (tenant_id, id),
      unique (tenant_id, post_id, number),
      unique (tenant_id, post_id, id),
      foreign key (tenant_id, post_id) references post (tenant_id, id) on delete cascade deferrable initially deferred,
      foreign key (tenant_id, author_id) references tenant_member (tenant_id, user_id)
    );
    create index post_revision_text on post_revision using gin (search_text gin_trgm_ops);
    alter table post add foreign key (tenant_id, id, revision_id)
      references post_revision (tenant_id, post_id, id) deferrable initially deferred;

    -- What keeps a file from being swept.
    create table post_revision_media (
      tenant_id uuid not null,
      revision_id uuid not null,
      media_id uuid not null,
      primary key (tenant_id, revision_id, media_id),
      foreign key (tenant_id, revision_id) references post_revision (tenant_id, id) on delete cascade,
      foreign key (tenant_id, media_id) references media (tenant_id, id)
    );
    create index post_revision_media_by_media on post_revision_media (tenant_id, media_id);

    create table post_target (
      tenant_id uuid not null,
      id uuid not null,
      post_id uuid not null,
      connection_id uuid not null,
      state text not null check (state in ('waiting', 'sending', 'processing', 'published', 'rejected', 'unconfirmed',
                                           'parked', 'cancelled')),
      reason jsonb,
      prepared jsonb,
      provider_post_id text,
      permalink text,
      published_at timestamptz,
      primary key (tenant_id, id),
      unique (tenant_id, post_id, connection_id),
      foreign key (tenant_id, post_id) references post (tenant_id, id) on delete cascade,
      foreign key (tenant_id, connection_id) references connection (tenant_id, id)
    );
    -- A post on a network is claimed by at most one target.
    create unique index post_target_claim on post_target (tenant_id, connection_id, provider_post_id)
      where provider_post_id is not null;
    create index post_target_by_connection on post_target (tenant_id, connection_id, post_id desc);
    create index post_target_stuck on post_target (tenant_id, connection_id) where state in ('parked', 'unconfirmed');

    create table publish_attempt (
      tenant_id uuid not null,
      target_id uuid not null,
      n integer not null check (n > 0),
      state text not null check (state in ('armed', 'calling', 'done', 'cancelled', 'released')),
      due_at timestamptz not null,
      armed_at timestamptz not null,
      calling_at timestamptz,
      settled_at timestamptz,
      answer jsonb,
      primary key (tenant_id, target_id, n),
      foreign key (tenant_id, target_id) references post_target (tenant_id, id) on delete cascade
    );
    -- At most one attempt of a target may still lead to a call.
    create unique index publish_attempt_live on publish_attempt (tenant_id, target_id)
      where state in ('armed', 'calling');
    `,
  );
  await confineToTenant(db, 'post');
  await confineToTenant(db, 'post_revision', { rights: 'select, insert, delete' });
  await confineToTenant(db, 'post_revision_media', { rights: 'select, insert, delete' });
  await confineToTenant(db, 'post_target');
  await confineToTenant(db, 'publish_attempt', { rights: 'select, insert, update' });
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `alter table post drop constraint post_tenant_id_id_revision_id_fkey;
     drop table publish_attempt, post_target, post_revision_media, post_revision, post;`,
  );
}
