import type { Kysely } from 'kysely';
import { confineToTenant, run } from './tenant-table.ts';

/** Approval policies, the connected pages they guard, and the tenant's defaults. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table approval_policy (
      tenant_id uuid not null references tenant,
      id uuid not null,
      name text not null,
      version integer not null check (version > 0),
      created_at timestamptz not null,
      primary key (tenant_id, id),
      unique (tenant_id, name)
    );

    -- Immutable: an edit is a new version, running approvals keep theirs.
    create table approval_policy_version (
      tenant_id uuid not null,
      policy_id uuid not null,
      version integer not null,
      steps jsonb not null,
      created_at timestamptz not null,
      primary key (tenant_id, policy_id, version),
      foreign key (tenant_id, policy_id) references approval_policy (tenant_id, id)
    );

    create table tenant_setting (
      tenant_id uuid primary key references tenant,
      approval_policy_id uuid,
      foreign key (tenant_id, approval_policy_id) references approval_policy (tenant_id, id)
    );

    create table connection (
      tenant_id uuid not null references tenant,
      id uuid not null,
      network text not null check (network in ('facebook', 'instagram', 'linkedin')),
      external_id text not null,
      name text not null,
      state text not null check (state in ('connecting', 'selecting_page', 'connected', 'degraded', 'refresh_required',
                                           'expired', 'disconnected')),
      -- Raised by every repair, so that a late "token refused" from before it cannot undo it.
      grant_version integer not null default 1,
      approval_policy_id uuid,
      connected_at timestamptz not null,
      connected_by uuid,
      last_success_at timestamptz,
      last_checked_at timestamptz,
      last_error jsonb,
      primary key (tenant_id, id),
      foreign key (tenant_id, approval_policy_id) references approval_policy (tenant_id, id),
      foreign key (tenant_id, connected_by) references tenant_member (tenant_id, user_id)
    );
    -- A page belongs to one tenant at a time, and connecting it twice is one connection.
    create unique index connection_page on connection (network, external_id) where state <> 'disconnected';
    create unique index connection_page_of_tenant on connection (tenant_id, network, external_id);

    create table connection_secret (
      tenant_id uuid not null,
      connection_id uuid not null,
      access_token text not null,
      refresh_token text,
      expires_at timestamptz,
      primary key (tenant_id, connection_id),
      foreign key (tenant_id, connection_id) references connection (tenant_id, id) on delete cascade
    );
    `,
  );
  await confineToTenant(db, 'approval_policy');
  await confineToTenant(db, 'approval_policy_version', { rights: 'select, insert' });
  await confineToTenant(db, 'tenant_setting');
  await confineToTenant(db, 'connection', { rights: 'select, insert, update' });
  await confineToTenant(db, 'connection_secret');
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(db, `drop table connection_secret, connection, tenant_setting, approval_policy_version, approval_policy;`);
}
