import type { Kysely } from 'kysely';
import { confineToTenant, run } from './tenant-table.ts';

/** Running and settled approvals with a snapshot of their policy, and every vote with the content it was cast on. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table approval (
      tenant_id uuid not null,
      id uuid not null,
      post_id uuid not null,
      revision_id uuid not null,
      content_hash text not null,
      policy_id uuid not null,
      policy_version integer not null,
      steps jsonb not null,
      outcome text check (outcome in ('approved', 'rejected', 'changes_requested', 'withdrawn', 'expired')),
      step integer not null default 0,
      opened_by uuid not null,
      opened_at timestamptz not null,
      settled_by uuid,
      settled_at timestamptz,
      primary key (tenant_id, id),
      foreign key (tenant_id, post_id) references post (tenant_id, id) on delete cascade,
      foreign key (tenant_id, post_id, revision_id) references post_revision (tenant_id, post_id, id),
      foreign key (tenant_id, policy_id, policy_version)
        references approval_policy_version (tenant_id, policy_id, version),
      foreign key (tenant_id, opened_by) references tenant_member (tenant_id, user_id)
    );
    create unique index approval_open on approval (tenant_id, post_id) where outcome is null;

    create table approval_approver (
      tenant_id uuid not null,
      approval_id uuid not null,
      step_key text not null,
      user_id uuid not null,
      primary key (tenant_id, approval_id, step_key, user_id),
      foreign key (tenant_id, approval_id) references approval (tenant_id, id) on delete cascade,
      foreign key (tenant_id, user_id) references tenant_member (tenant_id, user_id)
    );
    create index approval_approver_by_user on approval_approver (tenant_id, user_id, approval_id desc);

    -- The words that come with a vote. They are written first, so that the process carries only their id.
    create table approval_comment (
      tenant_id uuid not null,
      id uuid not null,
      approval_id uuid not null,
      author_id uuid not null,
      body text not null,
      created_at timestamptz not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, approval_id) references approval (tenant_id, id) on delete cascade,
      foreign key (tenant_id, author_id) references tenant_member (tenant_id, user_id)
    );

    create table approval_vote (
      tenant_id uuid not null,
      id uuid not null,
      approval_id uuid not null,
      step_key text not null,
      user_id uuid not null,
      verdict text not null check (verdict in ('approve', 'reject', 'request_changes')),
      comment_id uuid,
      content_hash text not null,
      update_id text not null,
      cast_at timestamptz not null,
      primary key (tenant_id, id),
      unique (tenant_id, update_id),
      foreign key (tenant_id, approval_id) references approval (tenant_id, id) on delete cascade,
      foreign key (tenant_id, comment_id) references approval_comment (tenant_id, id),
      foreign key (tenant_id, user_id) references tenant_member (tenant_id, user_id)
    );
    create index approval_vote_by_approval on approval_vote (tenant_id, approval_id);
    `,
  );
  await confineToTenant(db, 'approval');
  await confineToTenant(db, 'approval_approver');
  await confineToTenant(db, 'approval_comment', { rights: 'select, insert, delete' });
  await confineToTenant(db, 'approval_vote', { rights: 'select, insert' });
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(db, `drop table approval_vote, approval_comment, approval_approver, approval;`);
}
