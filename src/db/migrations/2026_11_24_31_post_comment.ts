import type { Kysely } from 'kysely';
import { grantToBuiltInRoles } from './built-in-roles.ts';
import { confineToTenant, run } from './tenant-table.ts';

/** Comments among colleagues, and the permission to write them for the built-in roles of tenants that exist. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table post_comment (
      tenant_id uuid not null,
      id uuid not null,
      post_id uuid not null,
      -- What the author had before them.
      revision_id uuid,
      -- A first-level comment of the same post.
      reply_to uuid,
      author_id uuid not null,
      -- Null once deleted: the row stays as a stone, so that answers keep their place.
      body text,
      version integer not null default 1,
      created_at timestamptz not null,
      edited_at timestamptz,
      deleted_at timestamptz,
      primary key (tenant_id, id),
      unique (tenant_id, post_id, id),
      check ((body is null) = (deleted_at is not null)),
      foreign key (tenant_id, post_id) references post (tenant_id, id) on delete cascade,
      foreign key (tenant_id, post_id, revision_id) references post_revision (tenant_id, post_id, id),
      foreign key (tenant_id, post_id, reply_to) references post_comment (tenant_id, post_id, id),
      foreign key (tenant_id, author_id) references tenant_member (tenant_id, user_id)
    );

    create table post_comment_mention (
      tenant_id uuid not null,
      comment_id uuid not null,
      user_id uuid not null,
      primary key (tenant_id, comment_id, user_id),
      foreign key (tenant_id, comment_id) references post_comment (tenant_id, id) on delete cascade,
      foreign key (tenant_id, user_id) references tenant_member (tenant_id, user_id) on delete cascade
    );

    -- The last event that changed nothing of the post itself. With updated_at it says how late the timeline may go on.
    alter table post add column noted_at timestamptz;
    `,
  );
  await confineToTenant(db, 'post_comment', { rights: 'select, insert, update' });
  await confineToTenant(db, 'post_comment_mention');
  await grantToBuiltInRoles(db, {
    'post.comment': ['tenant_admin', 'editor', 'reviewer', 'agent', 'supervisor'],
  });
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `alter table role_permission no force row level security;
     delete from role_permission where permission = 'post.comment';
     alter table role_permission force row level security;
     alter table post drop column noted_at;
     drop table post_comment_mention, post_comment;`,
  );
}
