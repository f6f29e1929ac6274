import type { Kysely } from 'kysely';
import { confineToTenant, run } from './tenant-table.ts';

/** Tenants, who belongs to them, what they may do, and the keys that seal their secrets. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table tenant (
      id uuid primary key,
      slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
      name text not null,
      locale text not null,
      time_zone text not null,
      created_at timestamptz not null
    );

    create table tenant_key (
      tenant_id uuid not null references tenant,
      version integer not null check (version > 0),
      wrapped_key text not null,
      created_at timestamptz not null,
      primary key (tenant_id, version)
    );

    -- A person or service account inside one tenant, mirrored from Keycloak by its subject.
    create table tenant_member (
      tenant_id uuid not null references tenant,
      user_id uuid not null,
      kind text not null check (kind in ('person', 'service')),
      username text not null,
      display_name text not null,
      email text,
      locale text,
      time_zone text,
      active boolean not null default true,
      created_at timestamptz not null,
      primary key (tenant_id, user_id),
      unique (tenant_id, username)
    );

    create table role (
      tenant_id uuid not null references tenant,
      id uuid not null,
      key text not null,
      name text not null,
      built_in boolean not null,
      primary key (tenant_id, id),
      unique (tenant_id, key)
    );

    create table role_permission (
      tenant_id uuid not null,
      role_id uuid not null,
      permission text not null,
      primary key (tenant_id, role_id, permission),
      foreign key (tenant_id, role_id) references role (tenant_id, id) on delete cascade
    );

    create table member_role (
      tenant_id uuid not null,
      user_id uuid not null,
      role_id uuid not null,
      primary key (tenant_id, user_id, role_id),
      foreign key (tenant_id, user_id) references tenant_member (tenant_id, user_id) on delete cascade,
      foreign key (tenant_id, role_id) references role (tenant_id, id)
    );

    create table user_group (
      tenant_id uuid not null references tenant,
      id uuid not null,
      name text not null,
      created_at timestamptz not null,
      primary key (tenant_id, id),
      unique (tenant_id, name)
    );

    create table group_member (
      tenant_id uuid not null,
      group_id uuid not null,
      user_id uuid not null,
      primary key (tenant_id, group_id, user_id),
      foreign key (tenant_id, group_id) references user_group (tenant_id, id) on delete cascade,
      foreign key (tenant_id, user_id) references tenant_member (tenant_id, user_id) on delete cascade
    );
    create index group_member_by_user on group_member (tenant_id, user_id);
    `,
  );
  await confineToTenant(db, 'tenant', { column: 'id', rights: 'select, insert, update' });
  await confineToTenant(db, 'tenant_key', { rights: 'select, insert, update' });
  for (const table of ['tenant_member', 'role', 'role_permission', 'member_role', 'user_group', 'group_member']) {
    await confineToTenant(db, table);
  }
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `drop table group_member, user_group, member_role, role_permission, role, tenant_member, tenant_key, tenant;`,
  );
}
