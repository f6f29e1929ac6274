import type { Kysely } from 'kysely';
import { grantToBuiltInRoles } from './built-in-roles.ts';
import { confineToTenant, run } from './tenant-table.ts';

/** External contacts, what they have agreed to, in which groups they are, and what was said with them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table author (
      tenant_id uuid not null references tenant,
      id uuid not null,
      network text not null,
      -- A profile at the network; on WhatsApp the business-scoped user id, which may come without a number.
      external_id text,
      -- E.164, with the plus.
      phone text check (phone ~ '^\\+[1-9][0-9]{5,14}$'),
      name text not null default '',
      -- ISO 3166; of the number unless it was told.
      country text check (country ~ '^[A-Z]{2}$'),
      -- BCP 47.
      language text,
      -- IANA; null: the country's, if it has one, else the tenant's.
      time_zone text,
      attributes jsonb not null default '{}',
      tags text[] not null default '{}',
      consent text not null default 'unknown' check (consent in ('unknown', 'granted', 'withdrawn')),
      consent_at timestamptz,
      blocked_at timestamptz,
      blocked_by uuid,
      -- When they last wrote to us: opens the window in which anything may be answered.
      last_inbound_at timestamptz,
      last_contact_at timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      version integer not null default 1,
      primary key (tenant_id, id),
      check (external_id is not null or phone is not null),
      foreign key (tenant_id, blocked_by) references tenant_member (tenant_id, user_id)
    );
    create unique index author_by_external_id on author (tenant_id, network, external_id) where external_id is not null;
    create unique index author_by_phone on author (tenant_id, network, phone) where phone is not null;
    create index author_by_tag on author using gin (tags);
    create index author_by_attribute on author using gin (attributes jsonb_path_ops);

    -- Append-only: what somebody agreed to, by what, and when.
    create table consent_change (
      tenant_id uuid not null references tenant,
      id uuid not null,
      author_id uuid not null,
      consent text not null check (consent in ('granted', 'withdrawn')),
      source text not null check (source in ('import', 'api', 'stop_word', 'start_word', 'user_preferences', 'person')),
      -- Where it was given, as the source tells it: a form's address, a file's name.
      evidence text,
      by_user uuid,
      at timestamptz not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, author_id) references author (tenant_id, id) on delete cascade,
      foreign key (tenant_id, by_user) references tenant_member (tenant_id, user_id)
    );
    create index consent_change_of_author on consent_change (tenant_id, author_id, at desc);

    create table contact_group (
      tenant_id uuid not null references tenant,
      id uuid not null,
      name text not null,
      kind text not null check (kind in ('static', 'dynamic')),
      -- Of a dynamic group: src/domain/contact-filter.ts.
      filter jsonb,
      created_by uuid not null,
      created_at timestamptz not null,
      version integer not null default 1,
      archived_at timestamptz,
      primary key (tenant_id, id),
      check ((kind = 'dynamic') = (filter is not null)),
      foreign key (tenant_id, created_by) references tenant_member (tenant_id, user_id)
    );
    create unique index contact_group_name on contact_group (tenant_id, lower(name)) where archived_at is null;

    create table contact_group_author (
      tenant_id uuid not null,
      group_id uuid not null,
      author_id uuid not null,
      added_at timestamptz not null,
      primary key (tenant_id, group_id, author_id),
      foreign key (tenant_id, group_id) references contact_group (tenant_id, id) on delete cascade,
      foreign key (tenant_id, author_id) references author (tenant_id, id) on delete cascade
    );
    create index contact_group_author_by_author on contact_group_author (tenant_id, author_id);

    create table contact_import (
      tenant_id uuid not null references tenant,
      id uuid not null,
      state text not null check (state in ('uploaded', 'running', 'done', 'failed', 'cancelled')),
      file_name text not null,
      -- The file as it came, and the file of refused rows; null: none.
      sha256 text not null,
      errors_sha256 text,
      -- Which column is what, and which group the contacts join.
      mapping jsonb not null,
      group_id uuid,
      rows_read integer not null default 0,
      created_count integer not null default 0,
      updated_count integer not null default 0,
      refused_count integer not null default 0,
      created_by uuid not null,
      created_at timestamptz not null,
      finished_at timestamptz,
      primary key (tenant_id, id),
      foreign key (tenant_id, group_id) references contact_group (tenant_id, id),
      foreign key (tenant_id, created_by) references tenant_member (tenant_id, user_id)
    );

    -- One author on one of our pages.
    create table thread (
      tenant_id uuid not null references tenant,
      id uuid not null,
      author_id uuid not null,
      connection_id uuid not null,
      created_at timestamptz not null,
      last_message_at timestamptz not null,
      primary key (tenant_id, id),
      unique (tenant_id, connection_id, author_id),
      foreign key (tenant_id, author_id) references author (tenant_id, id) on delete cascade,
      foreign key (tenant_id, connection_id) references connection (tenant_id, id)
    );

    create table message (
      tenant_id uuid not null references tenant,
      id uuid not null,
      thread_id uuid not null,
      direction text not null check (direction in ('inbound', 'outbound')),
      -- Null until the network has taken an outbound one.
      provider_message_id text,
      kind text not null,
      text text not null default '',
      content jsonb not null default '{}',
      state text not null check (state in ('received', 'sending', 'sent', 'delivered', 'read', 'failed', 'unconfirmed')),
      error_code text,
      -- The campaign's message that it answers.
      campaign_id uuid,
      campaign_message_id uuid,
      sent_by uuid,
      at timestamptz not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, thread_id) references thread (tenant_id, id) on delete cascade,
      foreign key (tenant_id, sent_by) references tenant_member (tenant_id, user_id)
    );
    create unique index message_by_provider_id on message (tenant_id, provider_message_id, direction)
      where provider_message_id is not null;
    create index message_of_thread on message (tenant_id, thread_id, at desc, id desc);
    `,
  );
  await confineToTenant(db, 'author');
  await confineToTenant(db, 'consent_change', { rights: 'select, insert' });
  await confineToTenant(db, 'contact_group');
  await confineToTenant(db, 'contact_group_author');
  await confineToTenant(db, 'contact_import', { rights: 'select, insert, update' });
  await confineToTenant(db, 'thread', { rights: 'select, insert, update' });
  await confineToTenant(db, 'message', { rights: 'select, insert, update' });
  await grantToBuiltInRoles(db, {
    'contact.read': ['tenant_admin', 'editor', 'reviewer', 'agent', 'supervisor', 'viewer'],
    'contact.write': ['tenant_admin', 'editor', 'agent', 'supervisor'],
    'message.send': ['tenant_admin', 'agent', 'supervisor'],
  });
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `alter table role_permission no force row level security;
     delete from role_permission where permission in ('contact.read', 'contact.write', 'message.send');
     alter table role_permission force row level security;
     drop table message, thread, contact_import, contact_group_author, contact_group, consent_change, author`,
  );
}
