import type { Kysely } from 'kysely';
import { grantToBuiltInRoles } from './built-in-roles.ts';
import { confineToTenant, run } from './tenant-table.ts';

/** Stops of a tenant's whole publication, and the posts that are let go while a stop lasts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table tenant_halt (
      tenant_id uuid not null references tenant,
      id uuid not null,
      reason text not null,
      halted_by uuid not null,
      halted_at timestamptz not null,
      released_by uuid,
      released_at timestamptz,
      primary key (tenant_id, id),
      foreign key (tenant_id, halted_by) references tenant_member (tenant_id, user_id),
      foreign key (tenant_id, released_by) references tenant_member (tenant_id, user_id)
    );
    -- While there is such a row, no call of the tenant begins but those of the posts below.
    create unique index tenant_halt_open on tenant_halt (tenant_id) where released_at is null;

    create table tenant_halt_exemption (
      tenant_id uuid not null,
      halt_id uuid not null,
      post_id uuid not null,
      released_by uuid not null,
      released_at timestamptz not null,
      primary key (tenant_id, halt_id, post_id),
      foreign key (tenant_id, halt_id) references tenant_halt (tenant_id, id) on delete cascade,
      foreign key (tenant_id, post_id) references post (tenant_id, id) on delete cascade,
      foreign key (tenant_id, released_by) references tenant_member (tenant_id, user_id)
    );
    `,
  );
  await confineToTenant(db, 'tenant_halt', { rights: 'select, insert, update' });
  await confineToTenant(db, 'tenant_halt_exemption', { rights: 'select, insert, delete' });
  await grantToBuiltInRoles(db, { 'post.halt': ['tenant_admin', 'supervisor'] });
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(db, `drop table tenant_halt_exemption, tenant_halt;`);
}
