import type { Kysely } from 'kysely';
import { confineToTenant, run } from './tenant-table.ts';

/** Connections of every network: who granted them, how they are made, and what is due for them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    create table admin_profile (
      tenant_id uuid not null references tenant,
      id uuid not null,
      -- Whom the network's id means something to: one person is the same on Facebook and Instagram, and on all of Google.
      family text not null check (family in ('meta', 'instagram', 'linkedin', 'x', 'telegram', 'google', 'apple',
                                             'microsoft')),
      external_id text not null,
      name text not null,
      first_granted_at timestamptz not null,
      last_granted_at timestamptz not null,
      primary key (tenant_id, id),
      unique (tenant_id, family, external_id)
    );

    -- Even the owner sees no tenant's rows; inside this transaction it lifts that for itself.
    alter table connection no force row level security;
    update connection set state = 'disconnected' where state in ('connecting', 'selecting_page');

    alter table connection
      drop constraint connection_network_check,
      add constraint connection_network_check check (network in ('facebook', 'instagram', 'whatsapp', 'linkedin', 'x',
        'telegram', 'youtube', 'google_business', 'google_play', 'app_store', 'gmail', 'microsoft_mail', 'tiktok')),
      -- Connecting and choosing pages are states of an authorization: there is no page yet.
      drop constraint connection_state_check,
      add constraint connection_state_check check (state in ('connected', 'degraded', 'refresh_required', 'expired',
                                                             'disconnected')),
      add column grant_kind text not null default 'oauth' check (grant_kind in ('oauth', 'facebook_login',
        'instagram_login', 'embedded_signup', 'service_account', 'bot_token', 'api_key')),
      -- What calls need besides the id.
      add column details jsonb not null default '{}',
      add column admin_profile_id uuid,
      -- Null: the network does not tell.
      add column scopes text[],
      -- Of those that were asked for, the ones that were not given or are gone.
      add column missing_scopes text[] not null default '{}',
      add column consent_expires_at timestamptz,
      add column picture_sha256 text,
      add column disconnected_at timestamptz,
      add column disconnected_by uuid,
      -- Whether the network has been told that a disconnected grant is over.
      add column revocation text check (revocation in ('pending', 'done', 'failed', 'not_offered')),
      add foreign key (tenant_id, admin_profile_id) references admin_profile (tenant_id, id),
      add foreign key (tenant_id, disconnected_by) references tenant_member (tenant_id, user_id);
    update connection set grant_kind = 'facebook_login' where network in ('facebook', 'instagram');
    alter table connection alter column grant_kind drop default;
    alter table connection force row level security;
    create index connection_by_admin on connection (tenant_id, admin_profile_id);

    alter table connection_secret
      -- Raised by every refresh and every consent: whoever was refused with an older token reads again.
      add column token_version integer not null default 1,
      -- Who is spending the refresh token right now, and until when nobody else may.
      add column refresh_lease uuid,
      add column refresh_lease_until timestamptz;

    create table connection_authorization (
      tenant_id uuid not null references tenant,
      id uuid not null,
      user_id uuid not null,
      purpose text not null check (purpose in ('connect', 'refresh', 'transfer')),
      network text not null,
      grant_kind text not null,
      -- Of a refresh or transfer: the connection whose page must come back.
      connection_id uuid,
      -- The ids that a person typed, where the network lists nothing.
      named text[] not null default '{}',
      state text not null check (state in ('connecting', 'selecting_page', 'connected', 'failed', 'expired')),
      -- sha256 of what the network repeats to us; null once it has come back, so that it comes back once.
      state_hash text,
      -- Sealed, as is the grant with its pages' tokens, which goes as soon as it has been used or has expired.
      code_verifier text,
      sealed_grant text,
      admin_profile_id uuid,
      scopes text[],
      -- Without tokens.
      pages jsonb not null default '[]',
      grant_expires_at timestamptz,
      consent_expires_at timestamptz,
      failure jsonb,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      settled_at timestamptz,
      primary key (tenant_id, id),
      foreign key (tenant_id, user_id) references tenant_member (tenant_id, user_id),
      foreign key (tenant_id, connection_id) references connection (tenant_id, id),
      foreign key (tenant_id, admin_profile_id) references admin_profile (tenant_id, id)
    );
    create index connection_authorization_open on connection_authorization (expires_at)
      where state in ('connecting', 'selecting_page');

    -- Ids and instants only: what slices claim across tenants.
    create table connection_duty (
      tenant_id uuid not null,
      connection_id uuid not null,
      kind text not null check (kind in ('refresh', 'probe', 'watch')),
      due_at timestamptz not null,
      lease_until timestamptz,
      attempts integer not null default 0,
      primary key (tenant_id, connection_id, kind),
      foreign key (tenant_id, connection_id) references connection (tenant_id, id) on delete cascade
    );
    create index connection_duty_due on connection_duty (kind, due_at, connection_id);

    -- What a network has promised to tell us about a connection.
    create table connection_watch (
      tenant_id uuid not null,
      connection_id uuid not null,
      watch_id text not null,
      expires_at timestamptz,
      primary key (tenant_id, connection_id),
      foreign key (tenant_id, connection_id) references connection (tenant_id, id) on delete cascade
    );
    create index connection_watch_by_id on connection_watch (watch_id);
    `,
  );
  await confineToTenant(db, 'admin_profile', { rights: 'select, insert, update' });
  await confineToTenant(db, 'connection_authorization', { rights: 'select, insert, update' });
  await confineToTenant(db, 'connection_duty');
  await confineToTenant(db, 'connection_watch');
  await acrossTenants(db);
}

/** What must be known across tenants, and by whom. Nothing of it is shown to a tenant about another. */
async function acrossTenants(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `
    grant select, update on connection_duty to chorally_system;
    create policy slice on connection_duty to chorally_system using (true);
    grant select (tenant_id, id, state, expires_at), update (state, sealed_grant, code_verifier, state_hash, settled_at)
      on connection_authorization to chorally_system;
    create policy sweep on connection_authorization to chorally_system using (true);

    grant select (tenant_id, id, network, external_id, state, admin_profile_id) on connection to chorally_search;
    grant select (tenant_id, id, family, external_id) on admin_profile to chorally_search;
    grant select (tenant_id, connection_id, watch_id) on connection_watch to chorally_search;
    create policy search on connection for select to chorally_search using (true);
    create policy search on admin_profile for select to chorally_search using (true);
    create policy search on connection_watch for select to chorally_search using (true);

    -- A network's webhook names pages, not tenants.
    create function connection_holders(of_network text, external_ids text[])
      returns table (tenant_id uuid, connection_id uuid)
      language sql stable security definer set search_path = pg_catalog, public as $$
        select connection.tenant_id, connection.id from connection
        where connection.network = of_network and connection.external_id = any (external_ids)
          and connection.state <> 'disconnected'
      $$;
    -- Nor persons' tenants.
    create function profile_connections(of_family text, of_external_id text)
      returns table (tenant_id uuid, connection_id uuid, network text)
      language sql stable security definer set search_path = pg_catalog, public as $$
        select connection.tenant_id, connection.id, connection.network
        from admin_profile profile
        join connection on connection.tenant_id = profile.tenant_id and connection.admin_profile_id = profile.id
        where profile.family = of_family and profile.external_id = of_external_id and connection.state <> 'disconnected'
      $$;
    create function watched_connection(of_watch_id text) returns table (tenant_id uuid, connection_id uuid)
      language sql stable security definer set search_path = pg_catalog, public as $$
        select watch.tenant_id, watch.connection_id from connection_watch watch where watch.watch_id = of_watch_id
      $$;
    `,
  );
  for (const signature of crossTenantFunctions) {
    await run(
      db,
      `revoke all on function ${signature} from public;
       grant execute on function ${signature} to chorally_app;
       grant create on schema public to chorally_search;
       alter function ${signature} owner to chorally_search;
       revoke create on schema public from chorally_search;`,
    );
  }
}

const crossTenantFunctions = [
  'connection_holders(text, text[])',
  'profile_connections(text, text)',
  'watched_connection(text)',
] as const;

export async function down(db: Kysely<unknown>): Promise<void> {
  await run(
    db,
    `drop function ${crossTenantFunctions.join(', ')};
     drop policy search on connection;
     revoke all on connection from chorally_search;
     drop table connection_watch, connection_duty, connection_authorization;
     alter table connection_secret drop column token_version, drop column refresh_lease, drop column refresh_lease_until;
     alter table connection drop column grant_kind, drop column details, drop column admin_profile_id,
       drop column scopes, drop column missing_scopes, drop column consent_expires_at, drop column picture_sha256,
       drop column disconnected_at, drop column disconnected_by, drop column revocation;
     drop table admin_profile;
     alter table connection drop constraint connection_state_check, drop constraint connection_network_check;`,
  );
}
