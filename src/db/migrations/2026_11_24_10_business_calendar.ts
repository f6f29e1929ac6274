import type { Kysely } from 'kysely';
import { grantToBuiltInRoles } from './built-in-roles.ts';
import { confineToTenant, run } from './tenant-table.ts';

/** When a tenant does business: weeks, holidays and the dates that differ; and who may say so. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table business_calendar (
      tenant_id uuid not null references tenant,
      id uuid not null,
      name text not null,
      time_zone text not null,
      week jsonb not null,
      -- Whose holidays; null: none but the calendar's own.
      country text,
      region text,
      holiday_types jsonb not null,
      version integer not null default 1 check (version > 0),
      created_at timestamptz not null,
      updated_at timestamptz not null,
      primary key (tenant_id, id),
      unique (tenant_id, name),
      check (region is null or country is not null)
    );

    create table business_calendar_exception (
      tenant_id uuid not null,
      calendar_id uuid not null,
      date date not null,
      kind text not null check (kind in ('closed', 'worked', 'hours')),
      name text,
      intervals jsonb,
      primary key (tenant_id, calendar_id, date),
      foreign key (tenant_id, calendar_id) references business_calendar (tenant_id, id) on delete cascade,
      check ((kind = 'hours') = (intervals is not null))
    );

    alter table tenant_setting
      add column business_calendar_id uuid,
      add foreign key (tenant_id, business_calendar_id) references business_calendar (tenant_id, id);
    `,
  );
  await confineToTenant(db, 'business_calendar');
  await confineToTenant(db, 'business_calendar_exception');
  await grantToBuiltInRoles(db, {
    'calendar.read': ['tenant_admin', 'editor', 'reviewer', 'agent', 'supervisor', 'viewer'],
    'calendar.write': ['tenant_admin', 'supervisor'],
  });
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `alter table tenant_setting drop column business_calendar_id;
     drop table business_calendar_exception, business_calendar;`,
  );
}
