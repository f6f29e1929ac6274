import type { Kysely } from 'kysely';
import { grantToBuiltInRoles } from './built-in-roles.ts';
import { confineToTenant, run } from './tenant-table.ts';

/** Policies that can be written, and approvals with limits, delegations, absences, skips and changed content. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    alter table approval_policy
      add column archived_at timestamptz,
      -- That of the present version: no calendar goes while limits are counted on it.
      add column calendar_id uuid,
      add foreign key (tenant_id, calendar_id) references business_calendar (tenant_id, id);
    alter table approval_policy drop constraint approval_policy_tenant_id_name_key;
    create unique index approval_policy_name on approval_policy (tenant_id, name) where archived_at is null;

    alter table approval_policy_version
      add column authors_may_vote boolean not null default false,
      -- No reference: versions are for good. A calendar that is gone means the tenant's default.
      add column calendar_id uuid,
      add column created_by uuid,
      add foreign key (tenant_id, created_by) references tenant_member (tenant_id, user_id);

    alter table approval
      add column authors_may_vote boolean not null default false,
      add column calendar_id uuid,
      -- Counts the contents: changed content begins another round, in which no earlier vote counts.
      add column round integer not null default 1,
      -- The newest change of the process that is written here.
      add column turn integer not null default 0,
      -- Of the open step; null until they are known.
      add column deadline_at timestamptz,
      add column reminders_at jsonb not null default '[]',
      add column overdue boolean not null default false,
      add column escalated boolean not null default false,
      add column stranded boolean not null default false;

    -- The fallback has no say before its step has escalated.
    alter table approval_approver
      add column standing text not null default 'approver' check (standing in ('approver', 'fallback'));

    alter table approval_vote
      add column round integer not null default 1,
      add column revision_id uuid,
      -- Whose seats the vote filled.
      add column seats jsonb not null default '[]',
      add foreign key (tenant_id, revision_id) references post_revision (tenant_id, id);

    -- What happened besides votes. A change that is written twice has the same number.
    create table approval_turn (
      tenant_id uuid not null,
      approval_id uuid not null,
      turn integer not null,
      round integer not null,
      step_key text not null,
      kind text not null check (kind in ('requested', 'reopened', 'reminded', 'escalated', 'overdue', 'expired',
                                         'stranded', 'reassessed', 'delegated', 'skipped')),
      by_user uuid,
      to_user uuid,
      scope text check (scope in ('step', 'all')),
      comment_id uuid,
      at timestamptz not null,
      primary key (tenant_id, approval_id, turn),
      foreign key (tenant_id, approval_id) references approval (tenant_id, id) on delete cascade,
      foreign key (tenant_id, by_user) references tenant_member (tenant_id, user_id),
      foreign key (tenant_id, to_user) references tenant_member (tenant_id, user_id),
      foreign key (tenant_id, comment_id) references approval_comment (tenant_id, id),
      check ((kind = 'delegated') = (to_user is not null)),
      check ((kind = 'skipped') = (scope is not null))
    );
    create index approval_turn_by_delegate on approval_turn (tenant_id, to_user) where kind = 'delegated';

    create table absence (
      tenant_id uuid not null,
      id uuid not null,
      user_id uuid not null,
      delegate_id uuid not null,
      starts_at timestamptz not null,
      ends_at timestamptz not null,
      created_by uuid not null,
      created_at timestamptz not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, user_id) references tenant_member (tenant_id, user_id),
      foreign key (tenant_id, delegate_id) references tenant_member (tenant_id, user_id),
      foreign key (tenant_id, created_by) references tenant_member (tenant_id, user_id),
      check (starts_at < ends_at)
    );
    create index absence_by_user on absence (tenant_id, user_id, ends_at);
    create index absence_by_delegate on absence (tenant_id, delegate_id, ends_at);

    alter table approval no force row level security;
    alter table approval_vote no force row level security;
    update approval_vote vote set revision_id = approval.revision_id, seats = jsonb_build_array(vote.user_id)
    from approval where approval.tenant_id = vote.tenant_id and approval.id = vote.approval_id;
    alter table approval force row level security;
    alter table approval_vote force row level security;
    `,
  );
  await confineToTenant(db, 'approval_turn', { rights: 'select, insert' });
  await confineToTenant(db, 'absence', { rights: 'select, insert, delete' });
  await grantToBuiltInRoles(db, {
    'policy.read': ['tenant_admin', 'editor', 'reviewer', 'agent', 'supervisor', 'viewer'],
    'policy.write': ['tenant_admin'],
    'approval.skip': ['tenant_admin'],
    'user.write': ['tenant_admin'],
    'absence.write': ['tenant_admin', 'supervisor'],
  });
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    drop table absence, approval_turn;
    alter table approval_vote drop column round, drop column revision_id, drop column seats;
    alter table approval_approver drop column standing;
    alter table approval drop column authors_may_vote, drop column calendar_id, drop column round, drop column turn,
      drop column deadline_at, drop column reminders_at, drop column overdue, drop column escalated,
      drop column stranded;
    alter table approval_policy_version drop column authors_may_vote, drop column calendar_id, drop column created_by;
    drop index approval_policy_name;
    alter table approval_policy add constraint approval_policy_tenant_id_name_key unique (tenant_id, name),
      drop column archived_at, drop column calendar_id;
    `,
  );
}
