import type { Kysely } from 'kysely';
import { grantToBuiltInRoles } from './built-in-roles.ts';
import { confineToTenant, run } from './tenant-table.ts';

/** Templates of WhatsApp, campaigns, and the ledger of what each recipient was sent. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table template (
      tenant_id uuid not null references tenant,
      id uuid not null,
      -- The WhatsApp business account that it belongs to.
      waba_id text not null,
      name text not null check (name ~ '^[a-z0-9_]+$' and length(name) <= 512),
      language text not null,
      category text not null check (category in ('marketing', 'utility', 'authentication')),
      status text not null check (status in ('draft', 'pending', 'approved', 'rejected', 'paused', 'disabled',
        'in_appeal', 'flagged', 'archived', 'limit_exceeded', 'pending_deletion', 'deleted')),
      -- The network's id, once it was submitted.
      provider_id text,
      rejection text,
      quality text not null default 'unknown' check (quality in ('green', 'yellow', 'red', 'unknown')),
      paused_until timestamptz,
      -- The local version that is the newest, and the one that the network has approved.
      version integer not null default 1,
      approved_version integer,
      -- When approved versions were edited: once in a day, ten times in thirty.
      edited_at timestamptz[] not null default '{}',
      created_by uuid not null,
      created_at timestamptz not null,
      synced_at timestamptz,
      primary key (tenant_id, id),
      unique (tenant_id, waba_id, name, language),
      foreign key (tenant_id, created_by) references tenant_member (tenant_id, user_id)
    );
    create index template_by_provider_id on template (provider_id);

    create table template_version (
      tenant_id uuid not null,
      template_id uuid not null,
      number integer not null,
      -- src/domain/template.ts
      content jsonb not null,
      created_by uuid not null,
      created_at timestamptz not null,
      submitted_at timestamptz,
      primary key (tenant_id, template_id, number),
      foreign key (tenant_id, template_id) references template (tenant_id, id) on delete cascade,
      foreign key (tenant_id, created_by) references tenant_member (tenant_id, user_id)
    );

    create table campaign_setting (
      tenant_id uuid primary key references tenant,
      -- Messages in a calendar month of the tenant's zone; null: as many as the package allows.
      monthly_quota integer check (monthly_quota >= 0),
      -- For how long an answer that quotes nothing is counted for the latest campaign.
      attribution_hours integer not null default 72 check (attribution_hours between 1 and 720)
    );

    create table campaign (
      tenant_id uuid not null references tenant,
      id uuid not null,
      name text not null,
      state text not null check (state in ('draft', 'in_review', 'scheduled', 'running', 'paused', 'finished',
                                           'cancelled')),
      pause_reason text check (pause_reason in ('manual', 'error_rate', 'quality', 'quota', 'cost_cap', 'connection',
                                                'contract')),
      -- Running, but the portfolio's reach is used up until then.
      waiting_until timestamptz,
      -- Raised by whatever must stop what has been claimed.
      epoch integer not null default 1,
      version integer not null default 1,
      -- Wall-clock time, 2026-12-24T09:00, in the zone of the tenant or of each recipient; null: at once.
      starts_at_local text,
      zone text not null default 'tenant' check (zone in ('tenant', 'recipient')),
      -- {from, to}: no message between these wall-clock times of the recipient; null: none.
      quiet_hours jsonb,
      rate_per_s integer check (rate_per_s > 0),
      cost_cap numeric(14, 6),
      currency text not null default 'EUR',
      -- src/domain/campaign.ts
      content_hash text,
      clone_of uuid,
      resend_of uuid,
      frozen_at timestamptz,
      -- How far the audience has been written down.
      frozen_through uuid,
      recipients integer,
      created_by uuid not null,
      submitted_by uuid,
      created_at timestamptz not null,
      started_at timestamptz,
      finished_at timestamptz,
      primary key (tenant_id, id),
      check ((state = 'paused') = (pause_reason is not null)),
      foreign key (tenant_id, created_by) references tenant_member (tenant_id, user_id),
      foreign key (tenant_id, submitted_by) references tenant_member (tenant_id, user_id),
      foreign key (tenant_id, clone_of) references campaign (tenant_id, id),
      foreign key (tenant_id, resend_of) references campaign (tenant_id, id)
    );
    create index campaign_newest on campaign (tenant_id, created_at desc, id desc);

    create table campaign_group (
      tenant_id uuid not null,
      campaign_id uuid not null,
      group_id uuid not null,
      primary key (tenant_id, campaign_id, group_id),
      foreign key (tenant_id, campaign_id) references campaign (tenant_id, id) on delete cascade,
      foreign key (tenant_id, group_id) references contact_group (tenant_id, id)
    );

    create table campaign_number (
      tenant_id uuid not null,
      campaign_id uuid not null,
      connection_id uuid not null,
      primary key (tenant_id, campaign_id, connection_id),
      foreign key (tenant_id, campaign_id) references campaign (tenant_id, id) on delete cascade,
      foreign key (tenant_id, connection_id) references connection (tenant_id, id)
    );

    create table campaign_variant (
      tenant_id uuid not null,
      campaign_id uuid not null,
      key text not null check (key ~ '^[A-Z]$'),
      template_id uuid not null,
      -- Parts of the whole; they need not add up to a hundred.
      share integer not null check (share > 0),
      -- Where each variable comes from, with its default.
      variables jsonb not null default '{}',
      primary key (tenant_id, campaign_id, key),
      foreign key (tenant_id, campaign_id) references campaign (tenant_id, id) on delete cascade,
      foreign key (tenant_id, template_id) references template (tenant_id, id)
    );

    -- The ledger: one row for each person of a frozen audience.
    create table campaign_message (
      tenant_id uuid not null,
      campaign_id uuid not null,
      id uuid not null,
      author_id uuid not null,
      connection_id uuid not null,
      variant text not null,
      state text not null check (state in ('queued', 'claimed', 'sending', 'sent', 'delivered', 'read', 'failed',
                                           'skipped', 'unconfirmed')),
      -- Not before; moved by quiet hours, recipients' zones and what the network asks for.
      due_at timestamptz not null,
      lease_token uuid,
      lease_until timestamptz,
      epoch integer,
      attempts integer not null default 0,
      provider_message_id text,
      skip_reason text,
      error_code integer,
      sending_at timestamptz,
      sent_at timestamptz,
      delivered_at timestamptz,
      read_at timestamptz,
      failed_at timestamptz,
      replied_at timestamptz,
      clicked_at timestamptz,
      opted_out_at timestamptz,
      cost numeric(14, 6),
      primary key (tenant_id, campaign_id, id),
      -- Not led by the campaign: where statistics know nothing of it, Postgres would look for single rows of it here.
      unique (tenant_id, author_id, campaign_id),
      foreign key (tenant_id, campaign_id) references campaign (tenant_id, id),
      foreign key (tenant_id, author_id) references author (tenant_id, id),
      foreign key (tenant_id, connection_id) references connection (tenant_id, id)
    ) with (fillfactor = 80);
    -- What can be claimed, in the order of the audience: a claim begins after the last one (keyset).
    create index campaign_message_queued on campaign_message (tenant_id, campaign_id, id) where state = 'queued';
    create index campaign_message_held on campaign_message (tenant_id, campaign_id, lease_until)
      where state in ('claimed', 'sending');
    create unique index campaign_message_by_provider_id on campaign_message (tenant_id, provider_message_id)
      where provider_message_id is not null;
    create index campaign_message_of_author on campaign_message (tenant_id, author_id, sent_at desc)
      where sent_at is not null;

    -- One bucket for each number, shared by all campaigns and by live replies. Time is Postgres' own.
    create table sender_bucket (
      tenant_id uuid not null,
      connection_id uuid not null,
      rate_per_s double precision not null,
      -- What the network allows; the rate climbs back to it after it was halved.
      limit_per_s double precision not null,
      -- Up to when the number's time has been handed out.
      taken_until timestamptz not null,
      halved_at timestamptz,
      primary key (tenant_id, connection_id),
      foreign key (tenant_id, connection_id) references connection (tenant_id, id) on delete cascade
    );

    -- Whom a business has written to outside of their window, in the last 24 hours.
    create table portfolio_reach (
      tenant_id uuid not null references tenant,
      portfolio_id text not null,
      author_id uuid not null,
      opened_at timestamptz not null,
      primary key (tenant_id, portfolio_id, author_id),
      foreign key (tenant_id, author_id) references author (tenant_id, id) on delete cascade
    );
    create index portfolio_reach_recent on portfolio_reach (tenant_id, portfolio_id, opened_at);
    `,
  );
  for (const table of [
    'template',
    'template_version',
    'campaign_setting',
    'campaign',
    'campaign_group',
    'campaign_number',
    'campaign_variant',
    'campaign_message',
    'sender_bucket',
    'portfolio_reach',
  ]) {
    await confineToTenant(db, table);
  }
  await grantToBuiltInRoles(db, {
    'campaign.read': ['tenant_admin', 'editor', 'reviewer', 'agent', 'supervisor', 'viewer'],
    'campaign.write': ['tenant_admin', 'editor', 'supervisor'],
    'campaign.send': ['tenant_admin', 'supervisor'],
    'template.write': ['tenant_admin', 'editor', 'supervisor'],
  });
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `alter table role_permission no force row level security;
     delete from role_permission
       where permission in ('campaign.read', 'campaign.write', 'campaign.send', 'template.write');
     alter table role_permission force row level security;
     drop table portfolio_reach, sender_bucket, campaign_message, campaign_variant, campaign_number, campaign_group,
       campaign, campaign_setting, template_version, template`,
  );
}
